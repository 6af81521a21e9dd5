"""Reads a deployed stack back by the API and says in what it differs from its plan."""

import base64
import hashlib
import json
import re

from planned import planned_groups, planned_listeners, planned_open, planned_queues

# Types that the API makes and gives no id.
WITHOUT_ID = {
    "AWS::AutoScaling::ScheduledAction",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::RDS::DBParameterGroup",
    "AWS::RDS::DBSubnetGroup",
}


def differences(plan, stack, clients, bundles):
    """`bundles`: checksums of the bundles that were synthesized."""
    decisions = plan["decisions"]
    resources = clients("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    ids = {}
    problems = []
    for resource in resources:
        if resource.get("PhysicalResourceId"):
            ids.setdefault(resource["ResourceType"], []).append(resource["PhysicalResourceId"])
        elif resource["ResourceType"] not in WITHOUT_ID:
            problems.append(f"{resource['LogicalResourceId']} was not made")
    found = groups(ids, clients)
    wanted = planned_groups(plan)
    problems += equal("groups", sorted(found), sorted(wanted))
    for name in set(found) & set(wanted):
        problems += group_problems(name, found[name], wanted[name], decisions, clients, ids, bundles)
    problems += equal("listeners", listeners(ids, clients), planned_listeners(decisions))
    problems += equal("open ports", open_ports(found, ids, clients), planned_open(decisions))
    problems += equal("queues", queues(ids, clients), planned_queues(decisions))
    problems += store_problems(decisions, ids, clients)
    return problems, sum(map(len, ids.values()))


def equal(what, found, wanted):
    return [] if found == wanted else [f"{what}: {found} and not {wanted}"]


def groups(ids, clients):
    """Auto Scaling groups with the newest data of their launch templates, by the name in their start text."""
    names = ids.get("AWS::AutoScaling::AutoScalingGroup", [])
    described = clients("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=names)
    found = {}
    for group in described["AutoScalingGroups"]:
        mixed = group.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
        launch = mixed.get("LaunchTemplateSpecification") or group["LaunchTemplate"]
        versions = clients("ec2").describe_launch_template_versions(
            LaunchTemplateId=launch["LaunchTemplateId"], Versions=[launch["Version"]]
        )
        data = versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]
        start = base64.b64decode(data["UserData"]).decode()
        # moto keeps the text as CloudFormation gives it to the API: encoded once more
        if not start.startswith("#cloud-config"):
            start = base64.b64decode(start).decode()
        environment = dict(re.findall(r"^\s*(LLM_\w+)='(.*)'$", start, re.M))
        role = "server" if "LLM_DATA_VOLUME_ID" in environment else "gateway"
        overrides = [override["InstanceType"] for override in mixed.get("Overrides", [])]
        found[environment.get("LLM_FLEET", role)] = {
            "group": group,
            "data": data,
            "start": start,
            "environment": environment,
            "types": overrides or [data["InstanceType"]],
        }
    return found


def group_problems(name, found, wanted, decisions, clients, ids, bundles):
    group, data, environment = found["group"], found["data"], found["environment"]
    ec2 = clients("ec2")
    subnets = ec2.describe_subnets(SubnetIds=group["VPCZoneIdentifier"].split(","))["Subnets"]
    zones = {subnet["AvailabilityZone"] for subnet in subnets}
    security = ec2.describe_security_groups(GroupIds=data["SecurityGroupIds"])["SecurityGroups"]
    disk = data["BlockDeviceMappings"][0]["Ebs"]
    sums = re.findall(r"\b([0-9a-f]{64})  SHA256SUMS", found["start"])
    problems = [
        *equal(f"{name}: types", found["types"], wanted["types"]),
        *equal(f"{name}: size", (group["MinSize"], group["MaxSize"]), wanted["size"]),
        *equal(f"{name}: grace", group["HealthCheckGracePeriod"], wanted["grace"]),
        *equal(f"{name}: root disk", (disk["VolumeSize"], disk["VolumeType"]), (wanted["root"], "gp3")),
        *equal(f"{name}: root disk encrypted", disk["Encrypted"], True),
        *equal(f"{name}: bundle", [sum_ in bundles for sum_ in sums], [True]),
        *equal(f"{name}: ports", inside_ports(security), wanted["ports"]),
        *equal(f"{name}: group", environment["LLM_GROUP"], group["AutoScalingGroupName"]),
        *equal(f"{name}: log group", environment["LLM_LOG_GROUP"] in ids["AWS::Logs::LogGroup"], True),
        *equal(f"{name}: zones", len(zones), zones_wanted(decisions)),
    ]
    actions = clients("autoscaling").describe_scheduled_actions(
        AutoScalingGroupName=group["AutoScalingGroupName"]
    )["ScheduledUpdateGroupActions"]
    bounds = {(action["MinSize"], action["MaxSize"], action["TimeZone"]) for action in actions}
    problems += equal(f"{name}: schedule", bounds, wanted.get("schedule", set()))
    # gateways hold no weights, and engines call nobody
    if "LLM_MODEL_BUCKET" in environment:
        problems += equal(f"{name}: bucket", environment["LLM_MODEL_BUCKET"] in buckets(clients), True)
    if "LLM_ENGINES_HOST" in environment:
        names = {balancer["DNSName"] for balancer in balancers(ids, clients)}
        problems += equal(f"{name}: engines", environment["LLM_ENGINES_HOST"] in names, True)
    for instance in instances(group, clients):
        problems += equal(f"{name}: machine", instance["InstanceType"] in wanted["types"], True)
        problems += equal(f"{name}: its subnet", instance["SubnetId"] in group["VPCZoneIdentifier"], True)
    if "LLM_DATA_VOLUME_ID" in environment:
        volume = ec2.describe_volumes(VolumeIds=[environment["LLM_DATA_VOLUME_ID"]])["Volumes"][0]
        where = (volume["Size"], volume["AvailabilityZone"])
        problems += equal(f"{name}: data disk", where, (decisions["disks"]["dataGiB"], *zones))
    return problems


def zones_wanted(decisions):
    return decisions["network"].get("zoneCount", 1)


def instances(group, clients):
    machines = [instance["InstanceId"] for instance in group["Instances"]]
    if not machines:
        return []
    reservations = clients("ec2").describe_instances(InstanceIds=machines)["Reservations"]
    return [instance for reservation in reservations for instance in reservation["Instances"]]


def inside_ports(security):
    """Ports that other security groups may reach."""
    return {
        rule["FromPort"]
        for group in security
        for rule in group["IpPermissions"]
        if rule["UserIdGroupPairs"] and rule["FromPort"] == rule["ToPort"]
    }


def balancers(ids, clients):
    arns = ids.get("AWS::ElasticLoadBalancingV2::LoadBalancer", [])
    return clients("elbv2").describe_load_balancers(LoadBalancerArns=arns)["LoadBalancers"] if arns else []


def listeners(ids, clients):
    elb = clients("elbv2")
    found = set()
    for balancer in balancers(ids, clients):
        arn = balancer["LoadBalancerArn"]
        ports = elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]
        found |= {(balancer["Scheme"], listener["Port"]) for listener in ports}
        for targets in elb.describe_target_groups(LoadBalancerArn=arn)["TargetGroups"]:
            check = (targets["HealthCheckPort"], targets["HealthCheckPath"])
            if check != ("4080", "/health"):
                found.add(("health check", check))
    return found


def open_ports(found, ids, clients):
    """What addresses outside may reach, on machines and balancers."""
    groups_ = {one for group in found.values() for one in group["data"]["SecurityGroupIds"]}
    for balancer in balancers(ids, clients):
        groups_ |= set(balancer["SecurityGroups"])
    described = clients("ec2").describe_security_groups(GroupIds=sorted(groups_))["SecurityGroups"]
    return {
        (rule.get("FromPort"), address["CidrIp"])
        for group in described
        for rule in group["IpPermissions"]
        for address in rule["IpRanges"]
    }


def queues(ids, clients):
    """Lease, retention and deliveries of each queue."""
    found = set()
    for queue in ids.get("AWS::SQS::Queue", []):
        attributes = clients("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        redrive = json.loads(attributes.get("RedrivePolicy", "{}"))
        deliveries = redrive.get("maxReceiveCount")
        seconds = (attributes["VisibilityTimeout"], attributes["MessageRetentionPeriod"])
        found.add((*seconds, None if deliveries is None else int(deliveries)))
    return found


def buckets(clients):
    return {bucket["Name"] for bucket in clients("s3").list_buckets()["Buckets"]}


def store_problems(decisions, ids, clients):
    s3 = clients("s3")
    made = ids.get("AWS::S3::Bucket", [])
    own = 1 if decisions["modelStore"].get("bucket") is None else 0
    problems = equal("buckets", len(made) >= own and set(made) <= buckets(clients), True)
    for bucket in made:
        rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        by = rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]
        problems += equal(f"{bucket}: encryption", by in ("AES256", "aws:kms"), True)
    for instance in ids.get("AWS::RDS::DBInstance", []):
        database = clients("rds").describe_db_instances(DBInstanceIdentifier=instance)["DBInstances"][0]
        wanted = decisions["database"]
        problems += equal(
            "database",
            (database["DBInstanceClass"], database["AllocatedStorage"], database["PubliclyAccessible"]),
            (wanted.get("instanceClass", "db.serverless"), wanted["storageGiB"], False),
        )
    for queue in ids.get("AWS::SQS::Queue", []):
        attributes = clients("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        encrypted = attributes.get("KmsMasterKeyId") or attributes.get("SqsManagedSseEnabled") == "true"
        problems += equal(f"{queue}: encrypted", bool(encrypted), True)
    return problems


def bundle_sum(folder):
    """Checksum of a bundle as its machines are told it."""
    return hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()
