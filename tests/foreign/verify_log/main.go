// Verifies a home's published log with Go's own sumdb/tlog and sumdb/note: nothing of Anshi's, but its verifier key.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run tests/foreign/verify_log/main.go HOME [ENTRIES...]
//
// It opens the checkpoint, derives the whole tree again from the published entries, compares every tile with it, and
// checks each proof of the ENTRIES files (from verify_receipt.py) under its own checkpoint, which must be an earlier
// state of the same tree. Then it flips a byte of every file that it read, in turn, which must be noticed.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight, tileWidth = 8, 256

// files are what is verified, by path below the home; those that were read are marked.
type files struct {
	bytes map[string][]byte
	read  map[string]bool
}

// isLeaf tells whether an entry is a kind and a digest.
func isLeaf(entry []byte) bool {
	for _, kind := range []string{"intent", "outcome", "registration", "revocation", "rotation"} {
		head := []byte("anshi/leaf/v1\n" + kind + "\n")
		if bytes.HasPrefix(entry, head) {
			return len(entry) == len(head)+tlog.HashSize
		}
	}
	return false
}

func (f *files) get(path string) ([]byte, error) {
	f.read[path] = true
	if content, ok := f.bytes[path]; ok {
		return content, nil
	}
	return nil, fmt.Errorf("%s is missing", path)
}

type opened struct {
	Index int64  `json:"index"`
	Entry []byte `json:"entry"`
	Proof string `json:"proof"`
}

// open believes a checkpoint with the log's signature and origin, and reads the rest as Go does.
func open(text []byte, verifier note.Verifier) (tlog.Tree, error) {
	signed, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	origin, rest, _ := strings.Cut(signed.Text, "\n")
	if origin != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("the checkpoint is of %q", origin)
	}
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + rest))
	// Go's base64 forgives unused bits; C2SP has one form of each checkpoint.
	if err == nil && signed.Text != fmt.Sprintf("%s\n%d\n%s\n", origin, tree.N, tree.Hash) {
		err = fmt.Errorf("the checkpoint is not in its one form")
	}
	return tree, err
}

// path is C2SP's: Go's tiles carry their height and call the entries `data`.
func path(tile tlog.Tile, entries bool) string {
	if level := fmt.Sprintf("tile/%d/%d/", tileHeight, tile.L); entries {
		return "log/" + strings.Replace(tile.Path(), level, "tile/entries/", 1)
	}
	return "log/" + strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight), "tile/", 1)
}

// tiles lists the tiles of a tree: the full ones, and the widest partial one of each level.
func tiles(size int64) []tlog.Tile {
	var list []tlog.Tile
	for level, width := 0, size; width > 0; level, width = level+1, width>>tileHeight {
		for n := int64(0); n*tileWidth < width; n++ {
			tile := tlog.Tile{H: tileHeight, L: level, N: n, W: tileWidth}
			if rest := width - n*tileWidth; rest < tileWidth {
				tile.W = int(rest)
			}
			list = append(list, tile)
		}
	}
	return list
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var list []tlog.Hash
	for _, index := range indexes {
		if index < 0 || index >= int64(len(h)) {
			return nil, fmt.Errorf("no stored hash %d", index)
		}
		list = append(list, h[index])
	}
	return list, nil
}

// entries splits a bundle of entries, each behind its length as a big-endian u16.
func entries(bundle []byte, count int) ([][]byte, error) {
	var list [][]byte
	for len(bundle) >= 2 {
		length := int(binary.BigEndian.Uint16(bundle))
		if len(bundle) < 2+length {
			break
		}
		list, bundle = append(list, bundle[2:2+length]), bundle[2+length:]
	}
	if len(bundle) != 0 || len(list) != count {
		return nil, fmt.Errorf("%d entries and %d bytes, not %d entries", len(list), len(bundle), count)
	}
	return list, nil
}

// derive reads all entries and makes the tree again.
func derive(f *files, size int64) (hashes, [][]byte, error) {
	var stored hashes
	var all [][]byte
	for _, tile := range tiles(size) {
		if tile.L != 0 {
			continue
		}
		bundle, err := f.get(path(tile, true))
		if err != nil {
			return nil, nil, err
		}
		list, err := entries(bundle, tile.W)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path(tile, true), err)
		}
		for _, entry := range list {
			if !isLeaf(entry) {
				return nil, nil, fmt.Errorf("entry %d is no Anshi leaf", len(all))
			}
			fresh, err := tlog.StoredHashes(int64(len(all)), entry, stored)
			if err != nil {
				return nil, nil, err
			}
			stored, all = append(stored, fresh...), append(all, entry)
		}
	}
	return stored, all, nil
}

// included checks a C2SP tlog-proof, and that its checkpoint is a state that the log went through.
func included(it opened, verifier note.Verifier, stored hashes, all [][]byte, latest tlog.Tree) error {
	head, checkpoint, _ := strings.Cut(it.Proof, "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprintf("index %d", it.Index) {
		return fmt.Errorf("no tlog-proof of entry %d", it.Index)
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil || hash.String() != line {
			return fmt.Errorf("%q is no hash in its one form", line)
		}
		proof = append(proof, hash)
	}
	signed, err := open([]byte(checkpoint), verifier)
	if err != nil {
		return err
	}
	if it.Index >= signed.N || signed.N > latest.N || !bytes.Equal(all[it.Index], it.Entry) {
		return fmt.Errorf("entry %d is not what is published", it.Index)
	}
	if err := tlog.CheckRecord(proof, signed.N, signed.Hash, it.Index, tlog.RecordHash(it.Entry)); err != nil {
		return err
	}
	earlier, err := tlog.ProveTree(latest.N, signed.N, stored)
	if err != nil {
		return err
	}
	return tlog.CheckTree(earlier, latest.N, latest.Hash, signed.N, signed.Hash)
}

// verify checks everything; its one answer is the size of the log.
func verify(f *files, bundles []string) (int64, error) {
	key, err := f.get("log.vkey")
	if err != nil {
		return 0, err
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(key)))
	if err != nil {
		return 0, err
	}
	checkpoint, err := f.get("log/checkpoint")
	if err != nil {
		return 0, err
	}
	latest, err := open(checkpoint, verifier)
	if err != nil {
		return 0, err
	}
	stored, all, err := derive(f, latest.N)
	if err != nil {
		return 0, err
	}
	if root, err := tlog.TreeHash(latest.N, stored); err != nil || root != latest.Hash {
		return 0, fmt.Errorf("the entries give another root: %v, %v", root, err)
	}
	for _, tile := range tiles(latest.N) {
		published, err := f.get(path(tile, false))
		if err != nil {
			return 0, err
		}
		derived, err := tlog.ReadTileData(tile, stored)
		if err != nil || !bytes.Equal(published, derived) {
			return 0, fmt.Errorf("%s is not the tree's: %v", path(tile, false), err)
		}
	}
	for _, name := range bundles {
		content, err := f.get(name)
		if err != nil {
			return 0, err
		}
		var list []opened
		if err := json.Unmarshal(content, &list); err != nil || len(list) == 0 {
			return 0, fmt.Errorf("%s: %v", name, err)
		}
		for _, it := range list {
			if err := included(it, verifier, stored, all, latest); err != nil {
				return 0, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return latest.N, nil
}

// flips changes one byte of each file that was read, at several places; all must be noticed.
func flips(f *files, bundles []string) (int, error) {
	var names []string
	for name := range f.read {
		names = append(names, name)
	}
	tried := 0
	for _, name := range names {
		good := f.bytes[name]
		for at := 0; at < len(good); at += 1 + len(good)/16 {
			bad := append([]byte{}, good...)
			bad[at] ^= 1
			f.bytes[name] = bad
			if _, err := verify(f, bundles); err == nil {
				return tried, fmt.Errorf("not noticed: byte %d of %s", at, name)
			}
			tried++
		}
		f.bytes[name] = good
	}
	return tried, nil
}

func main() {
	home, bundles := os.Args[1], os.Args[2:]
	f := &files{map[string][]byte{}, map[string]bool{}}
	for _, name := range bundles {
		content, err := os.ReadFile(name)
		quit(err)
		f.bytes[name] = content
	}
	key, err := os.ReadFile(filepath.Join(home, "log.vkey"))
	quit(err)
	f.bytes["log.vkey"] = key
	quit(filepath.Walk(filepath.Join(home, "log"), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		below, _ := filepath.Rel(home, path)
		f.bytes[below] = content
		return err
	}))
	size, err := verify(f, bundles)
	quit(err)
	read := len(f.read)
	tried, err := flips(f, bundles)
	quit(err)
	fmt.Printf("log of %d entries: checkpoint, root from the entries, %d files, the proofs of %d bundles; %d flipped bits noticed\n",
		size, read, len(bundles), tried)
}

func quit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}
