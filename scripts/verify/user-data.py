"""Writes the user data of every launch template as a file, and each script inside it as one of its own."""

import json
import pathlib
import sys

import yaml


def text_of(value):
    """The text that CloudFormation would make, with a placeholder for what only a deployment knows."""
    if isinstance(value, str):
        return value
    (function, argument), = value.items()
    if function == "Fn::Join":
        separator, parts = argument
        return separator.join(text_of(part) for part in parts)
    if function == "Fn::Sub":
        return argument.replace("${AWS::AccountId}", "123456789012").replace("${AWS::Partition}", "aws")
    if function == "Fn::Base64":
        return text_of(argument)
    return "placeholder"


source, target = map(pathlib.Path, sys.argv[1:])
target.mkdir(parents=True)
for template in sorted(source.glob("*/*.template.json")):
    for name, resource in json.loads(template.read_text())["Resources"].items():
        if resource["Type"] != "AWS::EC2::LaunchTemplate":
            continue
        text = text_of(resource["Properties"]["LaunchTemplateData"]["UserData"])
        if not text.startswith("#cloud-config\n"):
            sys.exit(f"{template}: user data of {name} is no cloud-config")
        if len(text.encode()) > 16 * 1024:
            sys.exit(f"{template}: user data of {name} is over 16 KiB")
        stem = f"{template.parent.name}-{name}"
        (target / f"{stem}.yaml").write_text(text)
        for file in yaml.safe_load(text).get("write_files", []):
            if file["content"].startswith("#!"):
                (target / f"{stem}-{pathlib.Path(file['path']).stem}.sh").write_text(file["content"])
