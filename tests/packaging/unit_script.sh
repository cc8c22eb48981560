# Run by systemd in a booted Debian with the package: each line it says is one fact, `name: value`.
fact() { printf '%s: %s\n' "$1" "$(shift; "$@" 2>&1 | tail -n 3 | tr '\n' ' ' | sed 's/ $//')"; }
show() { systemctl show pos-gateway.service --value -p "$1"; }
is_up() { for _ in $(seq 100); do [ "$(systemctl is-active pos-gateway.service)" = active ] && break; sleep 0.1; done; systemctl is-active pos-gateway.service; }
journal() { journalctl -u pos-gateway.service -o cat --no-pager; }
# The last event of this name in the journal, once it is there
event() { for _ in $(seq 100); do journal | grep -q "\"event\":\"$1\"" && break; sleep 0.1; done; journal | grep "\"event\":\"$1\"" | tail -n 1; }

ip link set lo up
systemd-run --quiet --unit=sandbox pos-gateway sandbox mindbox --seed /usr/share/pos-gateway/examples/sandbox-seed.toml
pos-gateway init --outlet MAG-1 --register KASSA-1 --sandbox >/dev/null

fact verify systemd-analyze verify pos-gateway.service pos-gateway.socket
fact score systemd-analyze security --threshold=15 --no-pager pos-gateway.service
systemctl start pos-gateway.socket pos-gateway.service
fact active is_up
fact status show StatusText
fact type show Type
fact user stat -c %U "/proc/$(show MainPID)"
fact state stat -c '%a %U' /var/lib/pos-gateway /var/lib/pos-gateway/gateway.sqlite
fact secret runuser -u pos-gateway -- cat /etc/pos-gateway/credentials/mindbox-secret-key
fact trial pos-gateway trial
fact doctor sh -c 'pos-gateway doctor --json | /usr/bin/python3 -c "import json,sys; print([c for c in json.load(sys.stdin) if c[\"state\"]==\"failed\"])"'

# A device that is no printer, and one that is: the unit's own rules, on a process beside the gateway
mknod /dev/forbidden c 10 229; chmod 666 /dev/forbidden
mknod /dev/serial c 4 64; chmod 666 /dev/serial
try_device() { systemd-run --quiet --wait --pipe -p DevicePolicy=closed -p "DeviceAllow=char-ttyS rw" sh -c ": <$1" 2>&1; }
fact other_device try_device /dev/forbidden
fact serial_device try_device /dev/serial

# A restart under load: nobody is refused
/usr/bin/python3 - >/run/load <<'PYTHON' &
import http.client, os, time
served, failed = 0, []
while not os.path.exists("/run/restarted"):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", 8090, timeout=30)
        connection.request("GET", "/cashier/KASSA-1")
        connection.getresponse().read()
        served += 1
    except OSError as error:
        failed.append(repr(error))
    finally:
        connection.close()
    time.sleep(0.005)
print(f"failed {len(failed)} {failed[:2]}, enough {served > 10}")
PYTHON
sleep 1
systemctl restart pos-gateway.service
sleep 1
systemctl restart pos-gateway.service
sleep 1
touch /run/restarted
wait
fact load cat /run/load

# Reload: a new rule, then a broken one
printf '\n[[prompts]]\nname = "gold"\ntext = "Золото"\nsegment = "Level/Gold"\n' >>/etc/pos-gateway/gateway.toml
systemctl reload pos-gateway.service
fact reloaded event reloaded
printf '\n[[prompts]]\nname = "gold"\ntext = "Опять"\n' >>/etc/pos-gateway/gateway.toml
systemctl reload pos-gateway.service
fact refused event reload_refused
fact active_after_reload is_up
sed -i '$d' /etc/pos-gateway/gateway.toml; sed -i '$d' /etc/pos-gateway/gateway.toml; sed -i '$d' /etc/pos-gateway/gateway.toml

# The secret encrypted, the plain file gone
mkdir -p /etc/systemd/system/pos-gateway.service.d
systemd-creds encrypt --with-key=host --name=mindbox-secret-key /etc/pos-gateway/credentials/mindbox-secret-key \
    /etc/pos-gateway/mindbox-secret-key.cred 2>/run/creds
rm /etc/pos-gateway/credentials/mindbox-secret-key
printf '[Service]\nLoadCredentialEncrypted=mindbox-secret-key:/etc/pos-gateway/mindbox-secret-key.cred\n' \
    >/etc/systemd/system/pos-gateway.service.d/encrypted.conf
printf '[Service]\nWatchdogSec=2\n' >/etc/systemd/system/pos-gateway.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart pos-gateway.service
fact encrypted pos-gateway trial

# The watchdog: a process that stands still is killed and started again
stuck=$(show MainPID)
kill -STOP "$stuck"
for _ in $(seq 100); do [ "$(show NRestarts)" -gt 0 ] && break; sleep 0.1; done
fact watchdog sh -c 'journalctl -u pos-gateway.service -o cat --no-pager | grep -o "Watchdog timeout" | head -n 1'
fact active_after_watchdog is_up
fact after_watchdog pos-gateway trial

began=$(date +%s)
systemctl stop pos-gateway.service
fact stopped show Result
fact stop_in_time test $(($(date +%s) - began)) -lt 12
fact journal sh -c 'journalctl -u pos-gateway.service -o cat --no-pager | grep -cE "Traceback|Warning:"'
