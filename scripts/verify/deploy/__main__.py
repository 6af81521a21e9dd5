"""Deploys every template of a folder into the AWS API at AWS_ENDPOINT_URL and compares it with its plan."""

import collections
import copy
import functools
import json
import os
import pathlib
import sys
import time
import urllib.request

import boto3
from compare import bundle_sum, differences
from moto.cloudformation.parsing import get_model_list
from outside import outside
from reduced import reduced

KNOWN = {model.cloudformation_type() for model in get_model_list()}


class Clients:
    """Clients of one region, each made once."""

    def __init__(self, region):
        self.region = region

    @functools.lru_cache(maxsize=None)
    def __call__(self, service):
        return boto3.client(service, region_name=self.region)


def deploy(folder, dropped, tried):
    plan = json.loads((folder / "plan.json").read_text())
    (path,) = folder.glob("*.template.json")
    # an account of its own: deployments have names in common
    urllib.request.urlopen(urllib.request.Request(f"{os.environ['AWS_ENDPOINT_URL']}/moto-api/reset", method="POST"))
    clients = Clients(plan["decisions"]["identity"]["region"])
    template = json.loads(path.read_text())
    names = outside(template, clients)
    template, lost = reduced(template, KNOWN, names, clients.region)
    dropped.update(lost)
    stack = path.name.split(".")[0]
    cloudformation = clients("cloudformation")
    bucket = f"templates-{folder.name}"
    clients("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=location(clients.region))
    clients("s3").put_object(Bucket=bucket, Key="template.json", Body=json.dumps(template))
    cloudformation.create_stack(
        StackName=stack, TemplateURL=f"https://{bucket}.s3.amazonaws.com/template.json", Capabilities=["CAPABILITY_IAM"]
    )
    status = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    if status["StackStatus"] != "CREATE_COMPLETE":
        return [f"{status['StackStatus']}: {status.get('StackStatusReason')}"]
    bundles = {bundle_sum(asset) for asset in folder.glob("asset.*") if (asset / "SHA256SUMS").exists()}
    problems, count = differences(plan, stack, clients, bundles)
    print(f"{folder.name}: {count} resources, {len(problems)} differences")
    form = plan["decisions"]["architecture"]["name"]
    if form in tried:
        return problems
    tried.add(form)
    return problems + unseen(plan, stack, clients, bundles)


def location(region):
    return {"LocationConstraint": "eu-west-1" if region == "us-east-1" else region}


def unseen(plan, stack, clients, bundles):
    """A check that finds nothing in plans that are wrong is itself a problem."""
    problems = []
    for what, change in WRONG.items():
        wrong = copy.deepcopy(plan)
        if change(wrong["decisions"]) is None and not differences(wrong, stack, clients, bundles)[0]:
            problems.append(f"nobody saw a plan with {what}")
    if not differences(plan, stack, clients, set())[0]:
        problems.append("nobody saw a bundle that was not synthesized")
    return problems


def another_type(decisions):
    machine = decisions.get("machine") or decisions["gatewayGroup"]
    machine["instanceType"] = "m5.large"


def another_disk(decisions):
    (decisions.get("disks") or decisions["gatewayGroup"])["rootGiB"] += 1


def another_door(decisions):
    entry = decisions["entry"]
    if entry["ingress"] == "tunnel":
        return "none"
    entry["allowedCidrs"] = ["192.0.2.0/24"]
    return None


def another_lease(decisions):
    if not decisions.get("batch"):
        return "none"
    decisions["batch"]["queue"]["leaseSeconds"] += 1
    return None


WRONG = {
    "another type": another_type,
    "another disk": another_disk,
    "another door": another_door,
    "another lease": another_lease,
}


def main(out, *words):
    started = time.monotonic()
    dropped = collections.Counter()
    tried = set()
    failed = 0
    folders = sorted({path.parent for path in pathlib.Path(out).glob("*/*.template.json")})
    chosen = [folder for folder in folders if not words or any(word in folder.name for word in words)]
    for folder in chosen:
        for problem in deploy(folder, dropped, tried):
            failed += 1
            print(f"  {folder.name}: {problem}", file=sys.stderr)
    if not chosen:
        sys.exit("no template was synthesized")
    print("not known to the local API and dropped:")
    for kind, count in sorted(dropped.items()):
        print(f"  {count:4} {kind}")
    print(f"{len(chosen)} deployments in {time.monotonic() - started:.0f} s")
    sys.exit(1 if failed else 0)


main(*sys.argv[1:])
