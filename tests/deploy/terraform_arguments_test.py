#!/usr/bin/env python3
"""Each resource of the Terraform modules against provider_arguments.yaml, a table from the
providers' pages: every argument and block is known, every required one is there. It needs no
terraform."""
import re
import unittest

import yaml

import hcl
import support

FOLDER = support.ROOT / "deploy/terraform"
TABLE = yaml.safe_load((support.ROOT / "tests/deploy/provider_arguments.yaml").read_text())
# Of the language, in every resource.
META_ARGUMENTS = {"count", "depends_on", "for_each", "provider"}
META_BLOCKS = {"lifecycle", "connection", "provisioner", "timeouts"}
LIFECYCLE = {"create_before_destroy", "ignore_changes", "prevent_destroy", "replace_triggered_by"}


def complaints(body, said, place, meta=False):
    """What is wrong with a block by what the table says of it, as texts."""
    blocks = said.get("blocks", {})
    known = {*said.get("required", []), *said.get("optional", [])} - set(blocks)
    known |= META_ARGUMENTS if meta else set()
    there = {*body.arguments, *(one.kind for one in body.blocks)}
    found = [f"{place}: no argument `{name}`" for name in body.arguments if name not in known]
    found += [f"{place}: `{name}` is missing" for name in said.get("required", [])
              if name not in there]
    found += [f"{place}: one of {names} is missing" for names in said.get("one_of", [])
              if not there & set(names)]
    for one in body.blocks:
        if meta and one.kind in META_BLOCKS:
            continue
        if one.kind not in blocks:
            found.append(f"{place}: no block `{one.kind}`")
        else:
            found += complaints(one.body, blocks[one.kind], f"{place}.{one.kind}")
    return found


def resource_complaints(resource):
    kind, name = resource.labels
    place = f"{kind}.{name}"
    if kind not in TABLE:
        return [f"{place}: the table has no `{kind}`"]
    found = complaints(resource.body, TABLE[kind], place, meta=True)
    known = {*TABLE[kind].get("required", []), *TABLE[kind].get("optional", []),
             *TABLE[kind].get("blocks", {})}
    for lifecycle in resource.body.of("lifecycle"):
        found += [f"{place}: no `{one}` in lifecycle" for one in lifecycle.body.arguments
                  if one not in LIFECYCLE]
        ignored = lifecycle.body.arguments.get("ignore_changes", "[]")
        found += [f"{place}: `{one}` cannot be ignored"
                  for one in re.findall(r"(?:^\[|, )([a-z_]+)", ignored) if one not in known]
    return found


def reference_complaints(text, resources):
    """References to resources of this module, and to what they do not have."""
    declared = {one.labels for one in resources}
    found = []
    for kind, name, attribute in re.findall(
            r"(?<![\w.\"])((?:aws|google|azurerm|terraform)_\w+)\.(\w+)(?:\.(\w+))?", text):
        said = TABLE.get(kind, {})
        known = {one for key in ("required", "optional", "exported") for one in said.get(key, [])}
        if (kind, name) not in declared:
            found.append(f"{kind}.{name} is not declared")
        elif attribute and attribute not in known:
            found.append(f"{kind}.{name} has no `{attribute}`")
    return found


class Arguments(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.texts = {path: path.read_text() for path in sorted(FOLDER.rglob("*.tf"))}
        cls.parsed = {path: hcl.parse(text) for path, text in cls.texts.items()}

    def test_every_resource_is_as_its_provider_has_it(self):
        kinds = set()
        for path, body in self.parsed.items():
            resources = body.of("resource")
            kinds |= {one.labels[0] for one in resources}
            for one in resources:
                self.assertEqual(resource_complaints(one), [], path)
            plain = hcl.COMMENT.sub("", self.texts[path])
            self.assertEqual(reference_complaints(plain, resources), [], path)
        self.assertEqual(kinds, set(TABLE), "the table has what is used, and nothing else")

    def test_the_table_says_where_it_is_from(self):
        for kind, said in TABLE.items():
            self.assertRegex(said["source"], r"^hashicorp/terraform", kind)

    def test_modules_get_the_arguments_that_they_declare(self):
        for path, body in self.parsed.items():
            for module in body.of("module"):
                source = (path.parent / module.body.arguments["source"].strip('"')).resolve()
                declared = [one for file, there in self.parsed.items() if file.parent == source
                            for one in there.of("variable")]
                self.assertTrue(declared, source)
                given = set(module.body.arguments) - {"source", "providers", "for_each"}
                names = {one.labels[0] for one in declared}
                needed = {one.labels[0] for one in declared if "default" not in one.body.arguments}
                self.assertEqual((given - names, needed - given), (set(), set()), module.labels)

    def test_variables_are_declared_and_used(self):
        for folder in {path.parent for path in self.parsed}:
            here = {path: body for path, body in self.parsed.items() if path.parent == folder}
            declared = {one.labels[0] for body in here.values() for one in body.of("variable")}
            used = {name for path in here
                    for name in re.findall(r"\bvar\.(\w+)", hcl.COMMENT.sub("", self.texts[path]))}
            self.assertEqual(used, declared, folder)

    def test_mistakes_are_noticed(self):
        path = FOLDER / "modules/agent-on-google/main.tf"
        for right, wrong, told in (
                ("machine_type =", "machine_tpye =", "no argument `machine_tpye`"),
                ("  zone         = var.zone\n", "", ""),
                ("boot_disk {", "bootdisk {", "no block `bootdisk`"),
                ("  machine_type = var.machine_type\n", "", "`machine_type` is missing"),
                ("subnetwork = var.subnetwork", "", "one of ['network', 'subnetwork'] is missing"),
                ("enable_secure_boot", "secure_boot", "no argument `secure_boot`"),
                ('metadata["user-data"]', "user_data", "`user_data` cannot be ignored"),
                ("replace_triggered_by", "replaced_by", "no `replaced_by` in lifecycle"),
                ('"google_compute_instance"', '"google_instance"', "the table has no")):
            self.assertIn(right, self.texts[path])
            body = hcl.parse(self.texts[path].replace(right, wrong, 1))
            found = [text for one in body.of("resource") for text in resource_complaints(one)]
            self.assertEqual(bool(found), bool(told), (right, found))
            self.assertTrue(not told or any(told in text for text in found), found)
        (machine,) = self.parsed[path].of("resource", "google_compute_instance")
        for text, told in (("google_compute_instance.agent.ip", "has no `ip`"),
                           ("google_compute_instance.other.id", "is not declared")):
            self.assertIn(told, reference_complaints(text, [machine])[0])

    def test_a_file_that_cannot_be_read_says_where(self):
        for text in ('a "b"\n', "a = 1\na = 2\n", "a = <<E\nx\nE\n", "= 1\n", "a {\n"):
            with self.assertRaisesRegex(ValueError, r"line \d: wanted", msg=text):
                hcl.parse(text)
        body = hcl.parse('a = "}${b["c"]}" # }\nd "e" { f = [1,\n 2] }\n')
        self.assertEqual(body.arguments, {"a": '"}${b["c"]}"'})
        self.assertEqual(body.of("d", "e")[0].body.arguments, {"f": "[1,\n 2]"})


if __name__ == "__main__":
    unittest.main()
