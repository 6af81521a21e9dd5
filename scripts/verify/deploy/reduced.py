"""A template without what the local API lacks."""

import collections
import json
import re

# Types that the API must know, or the test says nothing.
NEEDED = {
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::EC2::LaunchTemplate",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Subnet",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::TargetGroup",
    "AWS::S3::Bucket",
    "AWS::SQS::Queue",
}

# Types that the API knows and cannot make from a template, each with the reason.
UNSUPPORTED_TYPES = {
    "AWS::Route53::RecordSet": "balancers have no zone id that an alias could name",
}

# Types that are part of another resource where they name it, and go with it.
PARTS = {"AWS::RDS::DBInstance": "DBClusterIdentifier"}

# Properties that the API refuses or loses, each with the reason.
UNSUPPORTED_PROPERTIES = {
    "AWS::RDS::DBInstance": {"DBParameterGroupName": "taken for a name where a template refers to a group"},
    "AWS::KMS::Key": {"Tags": "read with the keys of the KMS API and not of CloudFormation"},
}
# Attributes that the API does not give: figures of dashboards are found by them, and nothing else.
UNSUPPORTED_ATTRIBUTES = {"TargetGroupFullName", "LoadBalancerFullName"}

# Actions of listener rules that the API does not know.
UNSUPPORTED_ACTIONS = {"jwt-validation"}

# Permissions name a secret by what it refers to.
SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:dropped-"


def reduced(template, known_types, replacements, region):
    """The template, and how many resources of each type were dropped.

    What refers to a dropped resource gets a text with its name. `replacements`: texts of the template that name what
    lies outside of it, such as an existing network, and what stands for them here.
    """
    template.pop("Rules", None)
    template.pop("Outputs", None)
    dropped = {
        name: resource["Type"]
        for name, resource in template["Resources"].items()
        if resource["Type"] not in known_types
        or resource["Type"] in UNSUPPORTED_TYPES
        or PARTS.get(resource["Type"]) in resource.get("Properties", {})
    }
    lost = NEEDED.intersection(dropped.values())
    if lost:
        raise SystemExit(f"the local API does not know {', '.join(sorted(lost))}")
    kept = {name: resource for name, resource in template["Resources"].items() if name not in dropped}
    counts = collections.Counter(dropped.values())
    for resource in kept.values():
        properties = resource.get("Properties", {})
        for unsupported in UNSUPPORTED_PROPERTIES.get(resource["Type"], {}):
            if properties.pop(unsupported, None) is not None:
                counts[f"{resource['Type']}.{unsupported}"] += 1
        for action in [one for one in properties.get("Actions", []) if one["Type"] in UNSUPPORTED_ACTIONS]:
            properties["Actions"].remove(action)
            counts[f"{resource['Type']}.Actions.{action['Type']}"] += 1
        after = resource.get("DependsOn", [])
        after = [after] if isinstance(after, str) else after
        resource["DependsOn"] = [name for name in after if name not in dropped]
        # nothing runs on these machines that could signal
        resource.pop("CreationPolicy", None)
        resource.pop("UpdatePolicy", None)
    template["Resources"] = without(kept, dropped)
    # the API's own region where none is written is none
    text = json.dumps(template).replace('{"Fn::GetAZs": ""}', json.dumps({"Fn::GetAZs": region}))
    for old, new in replacements.items():
        text = text.replace(old, new)
    return json.loads(text), counts


def without(value, dropped):
    """References to dropped resources as text."""
    if isinstance(value, list):
        return [without(entry, dropped) for entry in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (function, argument), = value.items()
        if function == "Ref" and argument in dropped:
            return SECRET + argument if dropped[argument] == "AWS::SecretsManager::Secret" else f"dropped-{argument}"
        if function == "Fn::GetAtt" and (argument[0] in dropped or argument[1] in UNSUPPORTED_ATTRIBUTES):
            return stand_in(argument)
        if function == "Fn::Sub" and isinstance(argument, str):
            for name in re.findall(r"\$\{(\w+)[.}]", argument):
                if name in dropped:
                    argument = re.sub(r"\$\{" + name + r"(\.[\w.]+)?\}", f"dropped-{name}", argument)
            return {function: argument}
    return {key: without(entry, dropped) for key, entry in value.items()}


def stand_in(argument):
    """Ports are numbers, permissions name ARNs, everything else is a name."""
    name, attribute = argument[0], ".".join(argument[1:])
    if attribute.endswith("Arn"):
        return f"arn:aws:bedrock:us-east-1:123456789012:dropped/{name}"
    return 5432 if attribute.endswith("Port") else f"dropped-{name}-{attribute}"
