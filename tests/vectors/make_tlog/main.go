// Makes tlog.json: trees, proofs and signed checkpoints by Go's own sumdb/tlog and sumdb/note, good ones and forged
// ones, for vectors/tlog.rs. Every case says what Anshi must do and what Go does, so that a difference is on record.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run tests/vectors/make_tlog/main.go VERSION > tests/vectors/tlog.json
//
// VERSION is the version of golang.org/x/mod that was used.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "example.org/anshi/log"

type tree struct {
	Size       int64               `json:"size"`
	Root       string              `json:"root"`
	Stored     int64               `json:"stored"`
	Checkpoint string              `json:"checkpoint"`
	Proofs     map[string][]string `json:"proofs"` // by index
	Tiles      []string            `json:"tiles"`  // paths, as C2SP spells them
}

type leaf struct {
	Kind   string `json:"kind"`
	Salt   string `json:"salt"`
	Record string `json:"record"`
	Entry  string `json:"entry"`
	Hash   string `json:"hash"`
}

type verdict struct {
	Name     string `json:"name"`
	Expected string `json:"expected"`
	Go       string `json:"go"`
	Text     string `json:"text"`
	Entry    string `json:"entry,omitempty"`
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func b64(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// entry is what stands at index i of every tree here.
func entry(i int64) []byte { return []byte(fmt.Sprintf("entry %d", i)) }

// key gives Go's signer, and the verifier key, of a seed that anybody can compute.
func key(name, label string) (note.Signer, string) {
	seed := sha256.Sum256([]byte("anshi test vectors: " + label))
	private := ed25519.NewKeyFromSeed(seed[:])
	vkey := must(note.NewEd25519VerifierKey(name, private.Public().(ed25519.PublicKey)))
	hash := strings.Split(vkey, "+")[1]
	return must(note.NewSigner("PRIVATE+KEY+" + name + "+" + hash + "+" + b64(append([]byte{1}, seed[:]...)))), vkey
}

type store struct{ hashes []tlog.Hash }

func (s *store) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var out []tlog.Hash
	for _, i := range indexes {
		out = append(out, s.hashes[i])
	}
	return out, nil
}

func sign(text string, signers ...note.Signer) string {
	return string(must(note.Sign(&note.Note{Text: text}, signers...)))
}

func checkpointText(size int64, root tlog.Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, size, root)
}

func (s *store) tree(size int64, signer note.Signer, indexes []int64) tree {
	root := s.root(size)
	made := tree{Size: size, Root: root.String(), Stored: tlog.StoredHashCount(size), Proofs: map[string][]string{}}
	made.Checkpoint = sign(checkpointText(size, root), signer)
	for _, i := range indexes {
		hashes := []string{}
		for _, hash := range must(tlog.ProveRecord(size, i, s)) {
			hashes = append(hashes, hash.String())
		}
		made.Proofs[fmt.Sprint(i)] = hashes
	}
	made.Tiles = []string{}
	// Go 0.7 lists every partial tile that ever was; a tree of this size needs the widest of each alone.
	widest := map[[2]int64]tlog.Tile{}
	for _, tile := range tlog.NewTiles(8, 0, size) {
		if place := [2]int64{int64(tile.L), tile.N}; tile.W > widest[place].W {
			widest[place] = tile
		}
	}
	for _, tile := range widest {
		made.Tiles = append(made.Tiles, strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
	}
	sort.Strings(made.Tiles)
	return made
}

// root is Go's, but for the empty tree, whose root Go 0.7 gives as zeros: RFC 6962, section 2.1, says SHA-256 of nothing.
func (s *store) root(size int64) tlog.Hash {
	if size == 0 {
		return sha256.Sum256(nil)
	}
	return must(tlog.TreeHash(size, s))
}

// leaves says an Anshi leaf again, from its definition alone.
func leaves() []leaf {
	var made []leaf
	for n, record := range []string{"", "{}", `{"job":"sha256:00","名":"暗室"}`, strings.Repeat("x", 300)} {
		kind := []string{"intent", "outcome"}[n%2]
		salt := sha256.Sum256([]byte(fmt.Sprint("salt", n)))
		length := binary.BigEndian.AppendUint64(nil, uint64(len(record)))
		inner := sha256.Sum256([]byte(string(salt[:]) + string(length) + record))
		whole := "anshi/leaf/v1\n" + kind + "\n" + string(inner[:])
		hash := tlog.RecordHash([]byte(whole))
		made = append(made, leaf{kind, hex.EncodeToString(salt[:]), record, hex.EncodeToString([]byte(whole)), hex.EncodeToString(hash[:])})
	}
	return made
}

// open is what a careful reader does with Go's packages: open the note, compare the origin, parse the rest.
func open(text, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	first, rest, _ := strings.Cut(opened.Text, "\n")
	if first != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("origin %q", first)
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + rest))
}

// prove checks a C2SP tlog-proof with Go's packages.
func prove(text, vkey string, leaf []byte) error {
	head, checkpoint, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return fmt.Errorf("header")
	}
	var index int64
	if _, err := fmt.Sscanf(lines[1], "index %d", &index); err != nil || lines[1] != fmt.Sprintf("index %d", index) {
		return fmt.Errorf("index")
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	signed, err := open(checkpoint, vkey)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, signed.N, signed.Hash, index, tlog.RecordHash(leaf))
}

func word(err error) string {
	if err != nil {
		return "error"
	}
	return "ok"
}

func main() {
	signer, vkey := key(origin, "log")
	s := &store{}
	for i := int64(0); i < 1000; i++ {
		s.hashes = append(s.hashes, must(tlog.StoredHashes(i, entry(i), s))...)
	}
	var trees []tree
	for size := int64(0); size <= 40; size++ {
		var indexes []int64
		for i := int64(0); i < size; i++ {
			if size < 18 || i%7 == size%7 || i == size-1 {
				indexes = append(indexes, i)
			}
		}
		trees = append(trees, s.tree(size, signer, indexes))
	}
	for _, size := range []int64{255, 256, 257, 512, 513, 1000} {
		trees = append(trees, s.tree(size, signer, []int64{0, 127, 128, 254, size - 1}))
	}
	made := map[string]any{
		"made_by":     map[string]string{"golang.org/x/mod/sumdb": os.Args[1]},
		"origin":      origin,
		"vkey":        vkey,
		"seed":        hex.EncodeToString(seedOf("log")),
		"leaves":      leaves(),
		"trees":       trees,
		"checkpoints": checkpoints(s, signer, vkey),
		"proofs":      proofs(s, signer, vkey),
		"vkeys":       vkeys(s, signer, vkey),
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(made); err != nil {
		panic(err)
	}
}

func seedOf(label string) []byte {
	seed := sha256.Sum256([]byte("anshi test vectors: " + label))
	return seed[:]
}
