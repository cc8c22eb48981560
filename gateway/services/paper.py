"""All that brings slips on paper, put together."""

from msgspec import Struct

from gateway.ports import Meter
from gateway.services.after_sale import AfterSale
from gateway.services.print_book import PrintBook
from gateway.services.print_desk import PrintDesk
from gateway.services.printing import PaperTerms, Printers, Printing
from gateway.services.records import Records
from gateway.services.side_jobs import Job
from gateway.services.side_slips import SideSlips
from gateway.services.slips import Slips


class Paper(Struct, frozen=True, kw_only=True):
    """`desk` is what a person may ask and do."""

    printing: Printing
    after_sale: AfterSale
    side: SideSlips
    desk: PrintDesk

    def jobs(self) -> list[Job]:
        """What has to run for ever."""
        return [*self.printing.jobs(), self.after_sale.run]


def paper(printers: Printers, records: Records, slips: Slips, meter: Meter, terms: PaperTerms) -> Paper:
    book, clock = PrintBook(records), records.clock
    printing = Printing(printers, book, clock, meter, terms)
    return Paper(
        printing=printing,
        after_sale=AfterSale(slips, printing, book, records, meter),
        side=SideSlips(slips, printing, book),
        desk=PrintDesk(printers, printing, book, slips, clock),
    )
