"""What a plan says, in the words of the AWS API."""

import hashlib


def planned_groups(plan):
    """Groups of machines by the name that their start text gives them."""
    decisions = plan["decisions"]
    if decisions.get("machine"):
        return {"server": server(decisions)}
    gateway = decisions["gatewayGroup"]
    groups = {
        "gateway": {
            "types": [gateway["instanceType"]],
            "size": (gateway["min"], gateway["max"]),
            "grace": gateway["bootGraceSeconds"],
            "root": gateway["rootGiB"],
            "ports": front_ports(decisions),
        }
    }
    # nobody asks the machines of files but their own worker
    own = (decisions.get("batch") or {}).get("own")
    for fleet, ports in [
        *((fleet, {8000, 4080}) for fleet in decisions["fleets"]),
        *([(own["fleet"], set())] if own else []),
    ]:
        units = fleet["unitsPerMachine"]
        groups[fleet["name"]] = {
            "types": [machine["instanceType"] for machine in fleet["machines"]],
            "size": (fleet["min"] * units, most(fleet) * units),
            "grace": fleet["bootGraceSeconds"],
            "root": fleet["disk"]["rootGiB"],
            "ports": ports,
            "schedule": schedule(fleet),
        }
    return groups


def most(fleet):
    return max(bounds["max"] for bounds in [fleet, *fleet["scaling"]["schedule"]])


def schedule(fleet):
    """Bounds to which a fleet changes, in its time zone: those of its windows, and its own after them."""
    scaling, units = fleet["scaling"], fleet["unitsPerMachine"]
    bounds = [*scaling["schedule"], fleet] if scaling["schedule"] else []
    return {(each["min"] * units, each["max"] * units, scaling["timeZone"]) for each in bounds}


def server(decisions):
    machine = decisions["machine"]
    tunnel = decisions["entry"]["ingress"] == "tunnel"
    return {
        "types": [machine["instanceType"]],
        "size": (machine["count"], machine["count"]),
        "grace": decisions["timeouts"]["bootGraceSeconds"],
        "root": decisions["disks"]["rootGiB"],
        "ports": set() if tunnel else front_ports(decisions),
    }


def front_ports(decisions):
    """Of machines that people reach: the API, its health, a container of the user."""
    return {4000, 4080, 4084} if decisions.get("application") else {4000, 4080}


def planned_listeners(decisions):
    """Port of each listener of the balancers, by whom it faces."""
    entry = decisions["entry"]
    listeners = set()
    if entry["ingress"] != "tunnel":
        scheme = "internet-facing" if entry["ingress"] == "public" else "internal"
        ports = [80, 443] if entry["tls"] == "required" else [80]
        listeners |= {(scheme, port) for port in ports}
    listeners |= {("internal", fleet_port(fleet["name"])) for fleet in decisions.get("fleets") or []}
    return listeners


def fleet_port(name):
    """lib/plan/fleet-port.ts."""
    return 20000 + int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % 40000


def planned_open(decisions):
    """Who may come in from outside, by port."""
    entry = decisions["entry"]
    if entry["ingress"] == "tunnel":
        return set()
    ports = [80, 443] if entry["tls"] == "required" else [80]
    return {(port, cidr) for port in ports for cidr in entry["allowedCidrs"]}


def planned_queues(decisions):
    """Lease, retention and deliveries of the queue of files; dead letters have no deliveries to count."""
    batch = decisions.get("batch")
    if not batch:
        return set()
    queue = batch["queue"]
    seconds = str(queue["retentionDays"] * 86400)
    return {(str(queue["leaseSeconds"]), seconds, queue["maxDeliveries"]), ("30", seconds, None)}
