"""A popup that nobody read out: its customer may still be told, after his next sale."""

from gateway.domain.ids import occasion_id
from gateway.domain.occasion import Occasion, open_again
from gateway.domain.prompt import Prompt
from gateway.services.records import Records


async def unheard(records: Records, prompt: Prompt) -> tuple[Occasion, ...]:
    """For the transaction that ends `prompt` unsaid: its occasion, open again unless a later popup has used it."""
    known = await records.store.occasions([occasion_id(prompt.rule, prompt.customer_id)])
    return tuple(open_again(row) for row in known if row.prompt_id == prompt.id and row.holds)
