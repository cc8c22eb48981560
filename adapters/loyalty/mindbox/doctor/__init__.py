"""What an administrator looks at when Mindbox does not work: `pos-gateway doctor loyalty`."""

from adapters.loyalty.mindbox.doctor.examination import Examination

__all__ = ["Examination"]
