"""Tours: short walks from the initial state that cover every action, every action in every phase, or every transition.

Rule: a tour is deterministic, says how few steps any tour takes at least, and owes nothing that no walk can reach.
"""

from siteproof.model.engines.tours.cover import Cover, phase_names
from siteproof.model.engines.tours.tour import Tour, tour

__all__ = ["Cover", "Tour", "phase_names", "tour"]
