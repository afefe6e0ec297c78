"""What the map can show: one file a layer, the tile encoder, and the style that puts them together.

A new layer is a file that makes a `Layer`, and its place in `LAYERS`: the order of the switch and of the legend.
"""

from layers._base import Layer
from layers.areas import AREAS_LAYER
from layers.cells import CELLS_LAYER
from layers.changes import CHANGES_LAYER
from layers.drafts import DRAFTS_LAYER
from layers.gates import GATES_LAYER
from layers.green import GREEN_LAYER
from layers.places import PLACES_LAYER
from layers.proposals import PROPOSALS_LAYER
from layers.roads import ROADS_LAYER
from layers.sites import SITES_LAYER
from layers.stages import STAGES_LAYER
from layers.units import UNITS_LAYER
from layers.water import WATER_LAYER
from layers.zones import ZONES_LAYER

LAYERS: tuple[Layer, ...] = (
    ZONES_LAYER,
    STAGES_LAYER,
    PROPOSALS_LAYER,
    CHANGES_LAYER,
    CELLS_LAYER,
    GATES_LAYER,
    SITES_LAYER,
    PLACES_LAYER,
    UNITS_LAYER,
    AREAS_LAYER,
    ROADS_LAYER,
    GREEN_LAYER,
    WATER_LAYER,
    DRAFTS_LAYER,
)
