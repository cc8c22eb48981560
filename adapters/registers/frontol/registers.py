"""Which register is asking: the access key says whose, the request's own words say which of them."""

from collections.abc import Mapping, Sequence

import structlog

from gateway.domain.receipt import RegisterRef

log = structlog.get_logger()


class KeyRing:
    """Access keys and their registers. Whatever a request says of itself, its key's registers answer for it."""

    def __init__(self, registers: Mapping[bytes, Sequence[RegisterRef]]) -> None:
        self._registers = registers
        self._warned: set[tuple[str, str]] = set()

    @property
    def keys(self) -> Sequence[bytes]:
        return tuple(self._registers)

    @property
    def registers(self) -> Sequence[RegisterRef]:
        """All of them, whatever their keys."""
        return [register for registers in self._registers.values() for register in registers]

    def first(self, key: bytes) -> RegisterRef:
        return self._registers[key][0]

    def register(self, key: bytes, business_unit: str, work_place: str) -> RegisterRef:
        """The register of this key with the till's own ids; the key's first one for unknown or missing ids."""
        known = self._registers[key]
        for register in known:
            if register.register == work_place and business_unit in (register.outlet, ""):
                return register
        self._warn(known[0], business_unit, work_place)
        return known[0]

    def _warn(self, register: RegisterRef, business_unit: str, work_place: str) -> None:
        """Once for each spelling: it is a setting of the till, not an event."""
        seen = (business_unit, work_place)
        if seen not in self._warned and len(self._warned) < 1000:  # noqa: PLR2004 - a bound, not a number with a name
            self._warned.add(seen)
            log.warning(
                "unknown_register",
                business_unit=business_unit[:60],
                work_place=work_place[:60],
                served_as=str(register),
            )
