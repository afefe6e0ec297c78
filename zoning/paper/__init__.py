"""Paper: the notice of a zone, the list for crews, the daily table, as HTML that prints well and needs nothing else.

What people hold in their hands is what makes a zone real. Each page comes from plans alone.
"""
