"""What a deployment finds in its account: machine images, networks, zones of names, certificates."""

import json
import re

PARAMETER = "AWS::SSM::Parameter::Value<"


def outside(template, clients):
    """Makes it. Texts of the template that name it, and the names that it has here."""
    ec2 = clients("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    for parameter in template.get("Parameters", {}).values():
        # public parameters of AWS, which nobody else may write
        if parameter["Type"].startswith(PARAMETER):
            parameter.update(Type="String", Default=image)
    text = json.dumps(template)
    names = {name: image for name in re.findall(r"ami-[0-9a-f]{17}", text)}
    for vpc in set(re.findall(r"vpc-[0-9a-f]{17}", text)):
        names[vpc] = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        zones = ec2.describe_availability_zones()["AvailabilityZones"]
        for index, subnet in enumerate(sorted(set(re.findall(r"subnet-[0-9a-f]{17}", text)))):
            made = ec2.create_subnet(
                VpcId=names[vpc],
                CidrBlock=f"10.0.{index}.0/24",
                AvailabilityZone=zones[index % len(zones)]["ZoneName"],
            )
            names[subnet] = made["Subnet"]["SubnetId"]
    for zone in set(re.findall(r"\bZ[0-9A-Z]{20}\b", text)):
        made = clients("route53").create_hosted_zone(Name="example.com", CallerReference=zone)
        names[zone] = made["HostedZone"]["Id"].split("/")[-1]
    certificates = set(re.findall(r"arn:aws:acm:[\w:/-]+", text))
    certificates |= {
        f"dropped-{name}"
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::CertificateManager::Certificate"
    }
    for certificate in certificates:
        made = clients("acm").request_certificate(DomainName="llm.example.com")
        names[certificate] = made["CertificateArn"]
    for bucket in set(re.findall(r"s3:::(our-[a-z-]+)", text)):
        clients("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": clients.region}
        )
    return names
