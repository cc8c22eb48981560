"""The same service in lines of text, for a scenario in JScript (ES3) that has neither JSON nor MD5.

`POST <base>/plain/document`, `/plain/client`, `/plain/extra/client`; members as in the Frontol Priority API. The
access key comes as it is, `Authorization: Bearer <key>`: a till stands in the shop's own network.
"""

from adapters.registers.frontol.dialect import PATH, Dialect
from adapters.registers.frontol.plain import wire

PLAIN = Dialect(
    path=PATH.replace("{resource:", "{dialect:plain/+}{resource:"),
    key_of=wire.key_of,
    decode=wire.decode,
    encode=wire.encode,
    content_type="text/plain",
)

__all__ = ["PLAIN"]
