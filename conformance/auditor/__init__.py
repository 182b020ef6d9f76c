"""The auditor: it hears every call of a case, a walk or a drill and judges every observation, whatever the case asks.

Reading order: look (what an oracle is given), memory (what is remembered of a machine), oracle (one claim, one
requirement), oracles/ (all of them, by subject), auditor (who hears and raises), closing (what ends every case).
"""
