"""Coverage: how much of the model's lifecycle a recorded history has visited, and what in it the model cannot explain.

Rule: the map is made from the model, the trail from the record; neither lists a state, a row or a requirement by hand.
"""
