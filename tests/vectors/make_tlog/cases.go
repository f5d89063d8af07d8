// The forged ones: notes, proofs and keys that differ from a good one in a single thing.
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type variant struct{ name, expected, text string }

// loosened is the same bytes with another last character: a bit that no byte uses is set.
func loosened(line string) string {
	alphabet := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	body := strings.TrimRight(line, "=")
	last := strings.IndexByte(alphabet, body[len(body)-1])
	return body[:len(body)-1] + alphabet[last+1:last+2] + line[len(body):]
}

// resigned is the note with its first signature changed.
func resigned(signed string, change func([]byte) []byte) string {
	head, line, _ := strings.Cut(signed, "— ")
	fields := strings.Fields(line)
	raw := must(base64.StdEncoding.DecodeString(fields[1]))
	return head + "— " + fields[0] + " " + b64(append(raw[:4:4], change(raw[4:])...)) + "\n"
}

func reverse(in []byte) []byte {
	out := make([]byte, len(in))
	for i, b := range in {
		out[len(in)-1-i] = b
	}
	return out
}

// malleated adds the group's order to s: the same equation, another encoding.
func malleated(sig []byte) []byte {
	order, _ := new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)
	s := new(big.Int).Add(new(big.Int).SetBytes(reverse(sig[32:])), order)
	return append(sig[:32:32], reverse(s.FillBytes(make([]byte, 32)))...)
}

func checkpoints(s *store, signer note.Signer, vkey string) []verdict {
	root := must(tlog.TreeHash(5, s))
	hash := root.String()
	good := sign(checkpointText(5, root), signer)
	text, line, _ := strings.Cut(good, "\n\n")
	other, _ := key("other.example/log", "log")     // our key under another name
	stranger, _ := key(origin, "another log")       // our name over another key
	witness, _ := key("witness.example", "witness") // a cosigner that nobody here knows
	alone := func(body string) string { return sign(body, signer) }
	flip := func(at int) func([]byte) []byte {
		return func(sig []byte) []byte { sig = append([]byte{}, sig...); sig[at] ^= 1; return sig }
	}
	var many []string
	for i := 0; i < 100; i++ {
		cosigner, _ := key(fmt.Sprintf("witness.example/%d", i), "witness")
		many = append(many, strings.SplitN(sign(text+"\n", cosigner), "\n\n", 2)[1])
	}
	tail := func(signed string) string { return strings.SplitN(signed, "\n\n", 2)[1] }
	list := []variant{
		{"as it should be", "ok", good},
		{"an unknown cosigner behind", "ok", sign(text+"\n", signer, witness)},
		{"an unknown cosigner before", "ok", sign(text+"\n", witness, signer)},
		{"99 unknown cosigners", "ok", good + strings.Join(many[:99], "")},
		{"100 unknown cosigners", "error", good + strings.Join(many, "")},
		{"an extension line", "ok", alone(origin + "\n5\n" + hash + "\nextension 1\n")},
		{"signed twice by the log", "ok", good + tail(good)},
		{"another origin, our key and name", "error", alone("other.example/log\n5\n" + hash + "\n")},
		{"origin with a space behind", "error", alone(origin + " \n5\n" + hash + "\n")},
		{"origin in capitals", "error", alone(strings.ToUpper(origin) + "\n5\n" + hash + "\n")},
		{"our key under another name", "error", sign(text+"\n", other)},
		{"our name, another key", "error", sign(text+"\n", stranger)},
		{"only a cosigner", "error", sign(text+"\n", witness)},
		{"first a false signature of the log, then its own", "error", resigned(good, flip(0)) + tail(good)},
		{"size + 1", "error", strings.Replace(good, "\n5\n", "\n6\n", 1)},
		{"another root", "error", strings.Replace(good, hash, tlog.RecordHash(entry(1)).String(), 1)},
		{"first bit of the signature", "error", resigned(good, flip(0))},
		{"last bit of the signature", "error", resigned(good, flip(63))},
		{"s + L", "error", resigned(good, malleated)},
		{"signature of 63 bytes", "error", resigned(good, func(sig []byte) []byte { return sig[:63] })},
		{"signature of 65 bytes", "error", resigned(good, func(sig []byte) []byte { return append(sig, 0) })},
		{"signature of zeros", "error", resigned(good, func([]byte) []byte { return make([]byte, 64) })},
		{"signature with unused bits", "error", text + "\n\n— " + loosened(strings.TrimPrefix(strings.TrimSuffix(line, "\n"), "— ")) + "\n"},
		{"no signature", "error", text + "\n\n"},
		{"no empty line", "error", text + "\n" + line},
		{"text alone", "error", text + "\n"},
		{"nothing", "error", ""},
		{"a hyphen for the dash", "error", strings.Replace(good, "— ", "- ", 1)},
		{"two spaces", "error", strings.Replace(good, "— ", "—  ", 1)},
		{"no line feed at the end", "error", strings.TrimSuffix(good, "\n")},
		{"text behind", "error", good + "more\n"},
		{"an empty line behind", "error", good + "\n"},
		{"CR LF", "error", strings.ReplaceAll(good, "\n", "\r\n")},
		{"a byte order mark", "error", "\ufeff" + good},
		{"a line before", "error", "more\n" + good},
		{"signature without padding", "error", strings.TrimRight(strings.TrimSuffix(good, "\n"), "=") + "\n"},
		{"cut in half", "error", good[:len(good)/2]},
	}
	// Signed by the log, and still no checkpoint.
	for _, size := range []string{"05", "+5", "-5", "5.0", "0x5", "", " 5", "18446744073709551616", "5_0"} {
		list = append(list, variant{fmt.Sprintf("signed: size %q", size), "error", alone(origin + "\n" + size + "\n" + hash + "\n")})
	}
	for _, it := range [][2]string{
		{"31 bytes", b64(root[:31])}, {"33 bytes", b64(append(root[:], 0))}, {"no bytes", ""},
		{"no padding", strings.TrimRight(hash, "=")}, {"unused bits", loosened(hash)}, {"hex", fmt.Sprintf("%x", root[:])},
		{"base64url", base64.URLEncoding.EncodeToString([]byte(strings.Repeat("\xff", 32)))}, {"a space behind", hash + " "},
	} {
		list = append(list, variant{"signed: root: " + it[0], "error", alone(origin + "\n5\n" + it[1] + "\n")})
	}
	list = append(list, variant{"signed: no root", "error", alone(origin + "\n5\n")},
		variant{"signed: an empty extension line", "error", alone(origin + "\n5\n" + hash + "\n\n")},
		variant{"signed: text behind an empty line", "error", alone(origin + "\n5\n" + hash + "\n\nmore\n")},
		variant{"signed: an empty origin", "error", alone("\n5\n" + hash + "\n")},
		variant{"signed: Go's own tree", "error", alone(string(tlog.FormatTree(tlog.Tree{N: 5, Hash: root})))})
	return judge("checkpoint", list, func(text string) error { _, err := open(text, vkey); return err }, nil)
}

func proofs(s *store, signer note.Signer, vkey string) []verdict {
	const size, index = 13, 6
	root := must(tlog.TreeHash(size, s))
	checkpoint := sign(checkpointText(size, root), signer)
	var hashes []string
	for _, hash := range must(tlog.ProveRecord(size, index, s)) {
		hashes = append(hashes, hash.String())
	}
	form := func(head string, index any, hashes []string, checkpoint string) string {
		return fmt.Sprintf("%s\nindex %v\n%s\n%s", head, index, strings.Join(append(hashes[:len(hashes):len(hashes)], ""), "\n"), checkpoint)
	}
	const head = "c2sp.org/tlog-proof@v1"
	with := func(index any, hashes []string) string { return form(head, index, hashes, checkpoint) }
	swapped := append([]string{hashes[1], hashes[0]}, hashes[2:]...)
	flipped := append([]string{tlog.RecordHash(entry(0)).String()}, hashes[1:]...)
	loose := append([]string{loosened(hashes[0])}, hashes[1:]...)
	zero := tlog.Hash{}.String()
	other, _ := key("other.example/log", "log")
	good := with(index, hashes)
	otherRoot := must(tlog.TreeHash(size+1, s))
	list := []variant{
		{"as it should be", "ok", good},
		{"another header", "error", form("c2sp.org/tlog-proof@v2", index, hashes, checkpoint)},
		{"no header", "error", strings.TrimPrefix(good, head+"\n")},
		{"index 06", "error", with("06", hashes)}, {"index +6", "error", with("+6", hashes)},
		{"index -6", "error", with("-6", hashes)}, {"index 6 and a space", "error", with("6 ", hashes)},
		{"index empty", "error", with("", hashes)}, {"index 2^64 + 6", "error", with("18446744073709551622", hashes)},
		{"index 7", "error", with(7, hashes)}, {"index 5", "error", with(5, hashes)}, {"index 0", "error", with(0, hashes)},
		{"index = size", "error", with(size, hashes)}, {"index past the size", "error", with(1<<40, hashes)},
		{"index 2^63", "error", with("9223372036854775808", hashes)}, {"index 2^64 - 1", "error", with("18446744073709551615", hashes)},
		{"a hash less", "error", with(index, hashes[1:])}, {"the last hash less", "error", with(index, hashes[:len(hashes)-1])},
		{"a hash more", "error", with(index, append([]string{zero}, hashes...))},
		{"a hash more at the end", "error", with(index, append(hashes[:len(hashes):len(hashes)], zero))},
		{"no hashes", "error", with(index, nil)}, {"64 hashes more", "error", with(index, strings.Split(strings.Repeat(zero+" ", 63)+zero, " "))},
		{"two hashes swapped", "error", with(index, swapped)}, {"a hash replaced", "error", with(index, flipped)},
		{"a hash with unused bits", "error", with(index, loose)},
		{"a hash of 31 bytes", "error", with(index, append([]string{b64(make([]byte, 31))}, hashes[1:]...))},
		{"a hash without padding", "error", with(index, append([]string{strings.TrimRight(hashes[0], "=")}, hashes[1:]...))},
		{"a hash with a space", "error", with(index, append([]string{hashes[0] + " "}, hashes[1:]...))},
		{"CR LF", "error", strings.ReplaceAll(good, "\n", "\r\n")}, {"no checkpoint", "error", form(head, index, hashes, "")},
		{"no empty line", "error", strings.Replace(good, "\n\n", "\n", 1)}, {"two empty lines", "error", strings.Replace(good, "\n\n", "\n\n\n", 1)},
		{"a line before", "error", "\n" + good}, {"an unsigned checkpoint", "error", form(head, index, hashes, checkpointText(size, root))},
		{"another name's checkpoint", "error", form(head, index, hashes, sign(checkpointText(size, root), other))},
		{"the checkpoint of a larger tree", "error", form(head, index, hashes, sign(checkpointText(size+1, otherRoot), signer))},
		{"a checkpoint that says another size", "error", form(head, index, hashes, sign(checkpointText(8, root), signer))},
		{"the empty tree's", "error", form(head, 0, nil, sign(checkpointText(0, s.root(0)), signer))},
	}
	made := judge("proof", list, func(text string) error { return prove(text, vkey, entry(index)) }, entry(index))
	wrong := []variant{{"another entry", "error", good}}
	made = append(made, judge("proof", wrong, func(text string) error { return prove(text, vkey, entry(index+1)) }, entry(index+1))...)
	// The leaf's prefix is what keeps an inner node from being shown as an entry.
	left, right := tlog.RecordHash(entry(6)), tlog.RecordHash(entry(7))
	node := append(left[:], right[:]...)
	inner := []variant{{"an inner node as an entry", "error", form(head, 3, hashes[1:], sign(checkpointText(7, root), signer))},
		{"an inner node as the entry's bytes", "error", with(index, hashes[1:])}}
	return append(made, judge("proof", inner, func(text string) error { return prove(text, vkey, node) }, node)...)
}

func vkeys(s *store, signer note.Signer, vkey string) []verdict {
	parts := strings.SplitN(vkey, "+", 3)
	name, id, data := parts[0], parts[1], parts[2]
	raw := must(base64.StdEncoding.DecodeString(data))
	checkpoint := sign(checkpointText(5, must(tlog.TreeHash(5, s))), signer)
	list := []variant{
		{"as it should be", "ok", vkey},
		{"another id", "error", name + "+00000000+" + data},
		{"another name", "error", "other.example/log+" + id + "+" + data},
		{"no id", "error", name + "+" + data}, {"no key", "error", name + "+" + id + "+"}, {"nothing", "error", ""},
		{"id of 7 digits", "error", name + "+" + id[1:] + "+" + data}, {"a space before", "error", " " + vkey},
		{"algorithm 2", "error", verifierKey(name, append([]byte{2}, raw[1:]...))}, {"31 bytes", "error", verifierKey(name, raw[:32])},
		{"33 bytes", "error", verifierKey(name, append(raw[:33:33], 0))}, {"no algorithm", "error", verifierKey(name, raw[1:])},
		{"unused bits", "error", name + "+" + id + "+" + loosened(data)}, {"a name with a space", "error", verifierKey("example.org/a log", raw)},
		{"another key", "error", verifierKey(name, append([]byte{1}, seedOf("log")...))},
	}
	return judge("key", list, func(text string) error { _, err := open(checkpoint, text); return err }, []byte(checkpoint))
}

func judge(what string, list []variant, run func(string) error, entry []byte) []verdict {
	var made []verdict
	for _, v := range list {
		result := word(run(v.text))
		if result != v.expected {
			fmt.Fprintf(os.Stderr, "%s: %s: Go says %s\n", what, v.name, result)
		}
		made = append(made, verdict{v.name, v.expected, result, v.text, b64(entry)})
	}
	return made
}

// verifierKey is a verifier key of any bytes, with the id that belongs to them.
func verifierKey(name string, raw []byte) string {
	hash := sha256.Sum256(append([]byte(name+"\n"), raw...))
	return fmt.Sprintf("%s+%x+%s", name, hash[:4], b64(raw))
}
