"""Administration in walks: an edit of the policy or a forced end, taken or refused as the standard's table says.

Rule: which command is taken where is the table's; with which error it is refused while a job runs is left to the cases.
"""

from siteproof.conformance import verify
from siteproof.conformance.lab import Lab, Machine
from siteproof.model.nouns.administration import AdminCommand, AdminFacts, SourceMachine
from siteproof.model.nouns.commands import Refusal
from siteproof.model.spec.administration import table

RULE = "SP-LC-41"


def administer(lab: Lab, machine: Machine, command: AdminCommand) -> None:
    """Ask, and compare the answer with the table; Failed when it is another one."""
    gone = lab.auditor.memory(machine.name).site_down
    facts = AdminFacts(source=SourceMachine.GONE if gone else SourceMachine.THERE)
    regions = lab.observe(machine).regions
    wanted = table.refusal(regions, facts, command.verb, lab.profile)
    answer = lab.tell(f"{command.verb.value} {machine.name}", lambda: lab.subject.administer(command))
    refused = isinstance(answer, Refusal)
    if refused is (wanted is None):
        expected = f"{command.verb.value} in {regions.protection.value} is {'taken' if wanted is None else 'refused'}"
        raise verify.Failed(expected, "it is refused" if refused else "it is taken", "administration", of=RULE)
