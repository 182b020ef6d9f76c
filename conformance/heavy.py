"""What the heavy cases weigh: how many ordinary ones take as long, measured once on the reference.

Rule: weights choose and order what is played, and decide no verdict; a case that is not here weighs 1.
"""

from collections.abc import Mapping

WEIGHTS: Mapping[str, int] = {
    "C-AFT-1": 8,
    "C-DRL-1": 7,
    "C-DRL-3": 5,
    "C-FB-1": 7,
    "C-FLT-1": 4,
    "C-FLT-2": 3,
    "C-FO-1": 3,
    "C-FO-12": 3,
    "C-FO-18": 9,
    "C-FO-19": 3,
    "C-FO-3": 3,
    "C-FO-7": 3,
    "C-HON-1": 3,
    "C-HON-4": 3,
    "C-INT-1": 4,
    "C-INT-11": 6,
    "C-INT-2": 5,
    "C-INT-3": 7,
    "C-INT-4": 5,
    "C-INT-5": 9,
    "C-INT-7": 3,
    "C-INT-8": 6,
    "C-INT-9": 5,
    "C-LC-12": 3,
    "C-LC-T11.2": 3,
    "C-NB-1": 3,
    "C-PT-1": 4,
    "C-PT-13": 6,
    "C-PT-14": 4,
    "C-PT-4": 6,
    "C-PT-7": 3,
    "C-PT-8": 10,
    "C-REP-12": 9,
    "C-REP-13": 8,
    "C-RES-4": 5,
    "C-RES-5": 3,
    "C-RES-6": 6,
    "C-RES-9": 7,
    "C-RET-1": 4,
    "C-RET-11": 5,
    "C-RET-12": 5,
    "C-RET-13": 16,
    "C-RET-2": 6,
    "C-RET-3": 14,
    "C-RET-4": 6,
    "C-RET-5": 5,
    "C-RET-6": 3,
    "C-RET-7": 4,
    "C-RET-8": 11,
    "C-RPO-4": 3,
    "C-ST-1": 20,
    "C-WIN-3": 5,
    "C-WIN-8": 7,
    "C-WIN-9": 4,
}


def weight_of(case_id: str) -> int:
    """How many ordinary cases take as long as this one."""
    return WEIGHTS.get(case_id, 1)
