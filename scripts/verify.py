#!/usr/bin/env python3
"""A second pair of eyes on a Time Credits ledger: it checks a copy of the events, trusting nobody.

    python3 verify.py EVENTS [--checkpoint FILE]... [--keys FILE] [--balances]

EVENTS is a file of events, one a line, such as events.ndjson in an auditor's folder; files named
checkpoint and keys beside it are taken too, the keys where you name none. Also name checkpoints
that you kept yourself: they show whether anything before them was changed since. A file of keys has
the ledger's public keys, one a line (name+id+base64); compare the one that is printed with what was
published elsewhere. It needs Python 3.7, and openssl 3 for signatures. What it checks:

1. Form. A line's number, from 0, is its revision. Each is JSON in canonical form (RFC 8785). The
   first opens the ledger, no other does. Times of recording never fall. A command's events stand
   together, and all are there. What an event cites stands at the revision that the id names.
2. Books. Every movement names two accounts and an amount, which one gives and the other gets. No
   allocation, wallet or pot is ever below zero, and no till that was never settled. Credits are
   redeemed at the till of a venue of the organisation that recorded it, of the offer and of the
   booking; what is reversed comes from where it went; a settlement takes all that its till got.
3. Hours. For every member, and apart for the wallet and for each group's pot, after every event:
   60 x (credits issued - taken back - written off) + minutes carried = minutes given - withdrawn,
   in whole steps of the rules of the time.
4. Tree. The root of the Merkle tree over the lines (RFC 6962), worked out anew, is that of every
   checkpoint, and the ledger signed each (Ed25519, C2SP signed note). Then no event up to there was
   changed, left out, added or moved since.

The rest is left to `timecredits audit verify`. Where only the root is wrong, tiles that lead to the
signed root tell which event is the first bad one.

Exit status: 0 everything holds, all of it under a signed checkpoint; 1 something is wrong; 2 it was
not used as above; 3 nothing is wrong, but not everything is proved, and it says what is not.
"""
import argparse, base64, hashlib, json, re, shutil, subprocess, sys, tempfile
from pathlib import Path

GUARDED = ("allocation:", "wallet:", "pot:", "till:")
ED25519_DER = bytes.fromhex("302a300506032b6570032100")

class Wrong(Exception): pass

def expect(holds, expected, found):
    if not holds:
        raise Wrong(f"expected {expected}; found {found}")

def show(text):
    print("".join(character if character.isprintable() else "?" for character in text))

def hundredths(text):
    expect(re.fullmatch(r"(0|[1-9][0-9]{0,6})(\.[0-9]?[1-9])?", text), "an amount", text)
    whole, _, part = text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))

def written(amount):
    whole, part = divmod(abs(amount), 100)
    return ("-" if amount < 0 else "") + f"{whole}.{part:02}".rstrip("0").rstrip(".")

def read_event(line):
    try:
        event = json.loads(line.decode(), parse_float=str, parse_constant=str)
        canonical = json.dumps(event, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        expect(canonical.encode() == line, "canonical JSON", "the same said in other bytes")
    except (ValueError, RecursionError) as error:
        raise Wrong(f"expected JSON in UTF-8; found {error}")
    return event

class Ledger:
    """What must hold along the events, one after another."""

    def __init__(self):
        self.latest, self.step, self.randoms = "", 100, []  # randoms: of the ids of each event
        self.run = None  # the command that is not over: its id, next index and count
        self.balances, self.settled, self.given, self.merged = {}, set(), {}, {}
        self.owners, self.offers, self.held = {}, {}, {}  # of venues; venues of offers, bookings
        self.tills, self.entries = {}, {}  # the till of each redemption; what is not settled yet
        self.kin = {}

    def take(self, revision, event):
        try:
            kind, data = event["type"], event["data"]
            self.order(revision, kind, data, event["command"], event["recordedAt"])
            self.move(kind, data)
            self.sell(revision, kind, data, event["by"].get("organisation"))
            self.hours(kind, data, event["by"].get("organisation"))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise Wrong(f"expected an event; found one with {type(error).__name__}: {error}")

    def order(self, revision, kind, data, command, time):
        expect((kind == "LedgerOpened") == (revision == 0), "the ledger opened first, once", kind)
        expect(time >= self.latest, f"recordedAt {self.latest} or later", time)
        self.latest = time
        name, index, count = command["id"], command["index"], command["count"]
        due = self.run or (name, 0, count)
        expect((name, index, count) == due, "{}, event {} of {}".format(*due), f"{name}, {index}")
        self.run = (name, index + 1, count) if index + 1 < count else None
        self.randoms.append(name.partition("_")[2])
        cited = [data.get("reverses"), data.get("holdId"), *data.get("corrects", [])]
        for _, place, random in (name.split("_") for name in cited if name is not None):
            there = self.randoms[int(place)] if 0 <= int(place) < revision else "nothing"
            expect(there == random, f"what {random} made at revision {place}", there)

    def move(self, kind, data):
        debit, credit, credits = data.get("debit"), data.get("credit"), data.get("credits")
        if kind == "TillSettled":
            self.settled.add("till:" + data["venueId"])
        if (debit, credit, credits) == (None, None, None):
            return
        expect(None not in (debit, credit, credits), "debit, credit and credits", "not all three")
        expect(debit != credit, "two accounts", debit + " on both sides")
        self.balances[debit] = left = self.balances.get(debit, 0) - hundredths(credits)
        self.balances[credit] = self.balances.get(credit, 0) + hundredths(credits)
        guarded = debit.startswith(GUARDED) and debit not in self.settled
        expect(left >= 0 or not guarded, debit + " at zero or above", written(left))

    def sell(self, revision, kind, data, group):
        if kind == "VenueRegistered":
            self.owners[data["venueId"]] = data["organisationId"]
        if kind == "OfferPublished":
            self.offers[data["offerId"]] = data["venueId"]
        if kind == "CreditsHeld":
            self.held[revision] = data["venueId"]
        till, place = data.get("credit") or "", (data.get("holdId") or "_").split("_")[1]
        if kind in ("CreditsRedeemed", "HoldCaptured"):
            venue = till.partition(":")[2]
            due = self.held[int(place)] if kind == "HoldCaptured" else venue
            due = self.offers[data["offerId"]] if "offerId" in data else due
            expect(till == "till:" + due, "credits for till:" + due, till)
            owner = self.owners.get(venue)
            expect(owner is not None, venue + " to be registered before", "no event that does so")
            expect(group == owner, f"{till} to be of {group}, which recorded it", owner)
        if kind in ("CreditsRedeemed", "HoldCaptured", "VisitRecorded"):
            self.tills[revision] = till
        if kind == "TransactionReversed" and "debit" in data:
            due = self.tills.get(int(data["reverses"].split("_")[1]))
            mirrored = due is None or not due.startswith("till:") or data["debit"] == due
            expect(mirrored, f"credits back from {due}", data["debit"])
        if kind == "TillSettled":
            return self.settle("till:" + data["venueId"], data)
        for account, sign in ((data.get("debit") or "", -1), (till, 1)):
            if account.startswith("till:"):
                entry = (revision, sign * hundredths(data["credits"]))
                self.entries.setdefault(account, []).append(entry)

    def settle(self, till, data):
        first, last = data["firstRevision"], data["lastRevision"]
        taken = [entry for entry in self.entries.get(till, []) if entry[0] <= last]
        ends = (taken[0][0], taken[-1][0]) if taken else None
        expect((first, last) == ends, f"the entries of {till} that wait, {ends}", (first, last))
        self.entries[till] = self.entries[till][len(taken):]
        due = sum(amount for _, amount in taken)
        sign = 1 if data.get("debit") == till else -1
        found = sign * hundredths(data.get("credits", "0"))
        expect(found == due, f"a settlement of {written(due)} from {till}", written(found))

    def hours(self, kind, data, group):
        if kind in ("LedgerOpened", "RulesChanged"):
            self.step = hundredths(data["rules"]["creditStep"])
        if kind == "MembersMerged":
            old, new = data["from"], data["into"]
            expect(len({old, new} - self.merged.keys()) == 2, "two members", "one, or one merged")
            self.merged[old] = new
            self.kin[new] = self.kin.get(new, [new]) + self.kin.get(old, [old])
        if kind == "MembersSeparated":
            old, new = data["from"], data["into"]
            expect(self.merged.pop(old, None) == new, f"{old} merged into {new}", "no such merge")
            gone = self.kin.get(old, [old])
            self.kin[new] = [one for one in self.kin[new] if one not in gone]
        issue = {"CreditsIssued": data, "TransactionReversed": data.get("issue")}.get(kind)
        if issue is None or issue["give"] == "none":
            return
        member, place = issue["memberId"], "wallet" if issue["give"] == "wallet" else group
        before = self.add(member, place, 0, 0)[1]
        credits, minutes = hundredths(data.get("credits", "0")), issue["minutes"]
        if kind == "TransactionReversed":
            minutes, credits = -minutes, -credits - hundredths(issue.get("writtenOff", "0"))
        minutes_now, credits_now = self.add(member, place, minutes, credits)
        stepped = lambda minutes: minutes // (self.step * 60 // 100) * self.step
        due = (stepped(minutes_now - before * 60 // 100) if kind == "CreditsIssued"
               else min(before, stepped(minutes_now)) - before)
        expect(credits == due, f"credits of {written(due)} for the minutes", written(credits))
        carried, stated = minutes_now - credits_now * 60 // 100, issue.get("carriedMinutes")
        expect(carried == stated, f"carriedMinutes of {carried}", stated)

    def add(self, member, place, minutes, credits):
        """The minutes, and credits in hundredths, of a member for the wallet or for a group."""
        before = self.given.setdefault(member, {}).get(place, (0, 0))
        self.given[member][place] = (before[0] + minutes, before[1] + credits)
        while member in self.merged:
            member = self.merged[member]
        kin = self.kin.get(member, [member])
        all_of = [self.given.get(one, {}).get(place, (0, 0)) for one in kin]
        return sum(minutes for minutes, _ in all_of), sum(credits for _, credits in all_of)

def root_of(leaves):
    """The Merkle tree hash of RFC 6962, section 2.1."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else hashlib.sha256().digest()
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()

def replay(path):
    """The ledger, the hash of every leaf, and (revision, words) of what is wrong first."""
    ledger, leaves, wrong = Ledger(), [], None
    with open(path, "rb") as lines:
        for revision, line in enumerate(lines):
            leaves.append(hashlib.sha256(b"\x00" + line.rstrip(b"\n")).digest())
            if wrong is None:
                try:
                    expect(line.endswith(b"\n"), "a newline at the end", "the end of the file")
                    ledger.take(revision, read_event(line[:-1]))
                except Wrong as error:
                    wrong = (revision, str(error))
    if wrong is None and ledger.run is not None:
        wrong = (len(leaves), "expected {}, event {} of {}; found the end".format(*ledger.run))
    return ledger, leaves, wrong

def unpacked(text):
    """The bytes of base64 that is written the one way it can be."""
    raw = base64.b64decode(text, validate=True)
    expect(base64.b64encode(raw).decode() == text, "base64", text)
    return raw

def signer_of(origin, text, signatures, keys):
    """The key of the ledger, not of a witness, that signed; None where openssl does not tell."""
    for key in re.findall(r"(?m)^\s*([^#\s]\S*)", keys):
        name, _, material = key.split("+", 2)
        public = unpacked(material)
        key_id = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
        for line in signatures:
            signature = unpacked(line.split(" ")[-1])
            known = (1, origin, f"\u2014 {origin}", key_id)
            if (public[0], name, line.rpartition(" ")[0], signature[:4]) == known:
                return key if fits(public[1:], text, signature[4:]) else None
    raise Wrong(f"expected a signature of {origin} by a key that is known; found none")

def fits(public, text, signature):
    with tempfile.TemporaryDirectory() as folder:
        words = "openssl pkeyutl -verify -rawin -pubin -keyform DER".split()
        contents = {"-inkey": ED25519_DER + public, "-in": text.encode(), "-sigfile": signature}
        for option, content in contents.items():
            Path(folder, option).write_bytes(content)
            words += [option, str(Path(folder, option))]
        said = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
    expect(b"Verification Failure" not in said, "a signature that fits", "one that does not")
    return b"Verified Successfully" in said

def first_bad_leaf(folder, leaves, size, root):
    """Where the events leave the tiles, if there are tiles that lead to the signed root."""
    tiled = []
    for index in range((size + 255) // 256):
        width = min(256, size - index * 256)
        *thousands, rest = [part.zfill(3) for part in f"{index:,}".split(",")]
        name = rest if width == 256 else f"{rest}.p/{width}"
        tile = folder.joinpath("tile", "0", *["x" + part for part in thousands], name)
        if not tile.exists():
            return None
        tiled += re.findall(b"(?s).{32}", tile.read_bytes())
    if len(tiled) != size or root_of(tiled) != root:
        return None
    return next((at for at in range(size) if leaves[at : at + 1] != [tiled[at]]), None)

def compare(path, keys, leaves, folder, faults):
    """Prints what a checkpoint says, and gives how many events it proves."""
    text, _, signatures = path.read_bytes().decode().replace("\r\n", "\n").rpartition("\n\n")
    origin, size, encoded, *others = text.split("\n")
    expect(re.fullmatch("0|[1-9][0-9]{0,15}", size), "a size in plain digits", size)
    expect("" not in others, "no empty line in the checkpoint", "one")
    size, root = int(size), unpacked(encoded)
    key = signer_of(origin, text + "\n", signatures.splitlines(), keys) if keys else None
    show(f"{path}: {size} events of {origin}, signature {f'by {key}' if key else 'NOT verified'}")
    found, there = root_of(leaves[:size]), len(leaves[:size])
    if found == root and size == there:
        return size if key else 0
    bad = first_bad_leaf(folder, leaves, size, root)
    bad = there if bad is None and size > there else bad
    words = f"expected the root {encoded} of {size} events, as {path} says; found "
    words += f"{base64.b64encode(found).decode()} of {there}"
    faults.append((bad, words if bad is not None else f"before revision {size}: {words}"))
    return 0

def main():
    words = argparse.ArgumentParser(usage=__doc__)
    words.add_argument("events", type=Path)
    words.add_argument("--checkpoint", type=Path, action="append", default=[])
    words.add_argument("--keys", type=Path)
    words.add_argument("--balances", action="store_true")
    given = words.parse_args()
    beside = lambda name: [path for path in [given.events.with_name(name)] if path.exists()]
    key_files = [given.keys] if given.keys else beside("keys")
    for path in [given.events, *given.checkpoint, *key_files]:
        if not path.is_file():
            words.error(f"there is no file {path}")
    keys = "\n".join(path.read_text() for path in key_files if shutil.which("openssl")).strip()
    ledger, leaves, wrong = replay(given.events)
    print(len(leaves), "events, root", base64.b64encode(root_of(leaves)).decode())
    faults, signed = [wrong] if wrong else [], 0
    for path in given.checkpoint + beside("checkpoint"):
        try:
            signed = max(signed, compare(path, keys, leaves, given.events.parent, faults))
        except (Wrong, ValueError, IndexError) as error:
            faults.append((None, f"{path}: {error}"))
    for account in sorted(ledger.balances) if given.balances and not wrong else []:
        show(f"{account}  {written(ledger.balances[account])}")
    for revision, words in sorted(faults, key=lambda one: (one[0] is None, one[0])):
        show("WRONG " + (words if revision is None else f"at revision {revision}: {words}"))
    status = 1 if faults else 3 if signed < max(1, len(leaves)) else 0
    unproved = f"Nothing is wrong, but from revision {signed} on no verified signature proves it."
    print({0: "Everything holds.", 1: "It does NOT hold.", 3: unproved}[status])
    sys.exit(status)

main()
