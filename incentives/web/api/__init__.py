"""The API's tools: a blueprint, and what a route reads, writes, takes and gives.

    @blueprint.route("/villages/<village>/awards", methods=["POST"])
    @writes(AwardOutput, status=201, body=AwardInput, permission="award.propose")
    def post_award(village, body): ...

Both decorators refuse in this order: who doesn't say who they are, what they may not do, a key
that is missing, a body that can't be read, fields that aren't right. `permission=None` is public.
"""

from incentives.web.api.calls import idempotency_key, reads, writes
from incentives.web.api.document import Api, Blueprint
from incentives.web.api.routes import blueprint

__all__ = ["Api", "Blueprint", "blueprint", "idempotency_key", "reads", "writes"]
