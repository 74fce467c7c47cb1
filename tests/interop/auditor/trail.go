package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gowebpki/jcs"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8 // 256 hashes

type head struct {
	origin string
	tlog.Tree
}

// A checkpoint (c2sp.org/tlog-checkpoint) that the verifier's key signed.
func openHead(verifier note.Verifier, text []byte) (head, error) {
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return head{}, fmt.Errorf("checkpoint: %w", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return head{}, errors.New("checkpoint: it is not of this origin, or has not three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return head{}, errors.New("checkpoint: its size is no number")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return head{}, errors.New("checkpoint: its root is no hash")
	}
	return head{lines[0], tlog.Tree{N: size, Hash: tlog.Hash(root)}}, nil
}

// The trail as its records make it.
type trail struct {
	directory string
	head      head
	records   [][]byte
	stored    []tlog.Hash // by tlog.StoredHashIndex
}

func (t *trail) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(t.stored)) {
			return nil, fmt.Errorf("hash %d is beyond the records", index)
		}
		hashes[i] = t.stored[index]
	}
	return hashes, nil
}

func openTrail(verifier note.Verifier, directory string) (*trail, error) {
	text, err := os.ReadFile(filepath.Join(directory, "checkpoint"))
	if err != nil {
		return nil, err
	}
	t := &trail{directory: directory}
	if t.head, err = openHead(verifier, text); err != nil {
		return nil, err
	}
	if err := t.readRecords(); err != nil {
		return nil, fmt.Errorf("records: %w", err)
	}
	root, err := tlog.TreeHash(t.head.N, t)
	if err != nil {
		return nil, fmt.Errorf("records: %w", err)
	}
	if root != t.head.Hash {
		return nil, errors.New("records: their root is not the one that was signed")
	}
	return t, nil
}

// Bundles of c2sp.org/tlog-tiles: of each record its length, 16 bits, then its bytes.
func (t *trail) readRecords() error {
	for number := int64(0); int64(len(t.records)) < t.head.N; number++ {
		width := min(t.head.N-int64(len(t.records)), 1<<tileHeight)
		path := pathOf(tlog.Tile{H: tileHeight, L: -1, N: number, W: int(width)})
		bundle, err := os.ReadFile(filepath.Join(t.directory, path))
		if err != nil {
			return err
		}
		for ; width > 0; width-- {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return fmt.Errorf("%s is cut", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			if err := t.append(bundle[2:end]); err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			bundle = bundle[end:]
		}
		if len(bundle) != 0 {
			return fmt.Errorf("%s is too long", path)
		}
	}
	return nil
}

// A record is canonical JSON (RFC 8785) that says its own number.
func (t *trail) append(record []byte) error {
	number := int64(len(t.records))
	if canonical, err := jcs.Transform(record); err != nil || !bytes.Equal(canonical, record) {
		return fmt.Errorf("record %d is not in canonical form", number)
	}
	var members struct{ Seq *int64 }
	if err := json.Unmarshal(record, &members); err != nil || members.Seq == nil || *members.Seq != number {
		return fmt.Errorf("record %d says that it is another one", number)
	}
	hashes, err := tlog.StoredHashes(number, record, t)
	if err != nil {
		return err
	}
	t.stored = append(t.stored, hashes...)
	t.records = append(t.records, record)
	return nil
}

// Go names a tile's height too; C2SP has only the one.
func pathOf(tile tlog.Tile) string {
	path := tile.Path()
	if tile.L == -1 { // Go's name for bundles is "data"
		return strings.Replace(path, "tile/8/data/", "tile/entries/", 1)
	}
	return strings.Replace(path, "tile/8/", "tile/", 1)
}

// The exported tiles to who reads a log by its tiles alone.
type tileReader struct{ directory string }

func (r tileReader) Height() int { return tileHeight }
func (r tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		var err error
		if data[i], err = os.ReadFile(filepath.Join(r.directory, pathOf(tile))); err != nil {
			return nil, err
		}
	}
	return data, nil
}
func (r tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

// That a client who has the tiles and the signed head alone comes to the same leaves and root, and that each tile is the one
// that the records make. The number of tiles.
func (t *trail) checkTiles() (int, error) {
	reader := tlog.TileHashReader(t.head.Tree, tileReader{t.directory})
	root, err := tlog.TreeHash(t.head.N, reader)
	if err != nil {
		return 0, fmt.Errorf("tiles: %w", err)
	}
	if root != t.head.Hash {
		return 0, errors.New("tiles: their root is not the one that was signed")
	}
	for number := int64(0); number < t.head.N; number++ {
		hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, number)})
		if err != nil {
			return 0, fmt.Errorf("tiles: %w", err)
		}
		if hashes[0] != tlog.RecordHash(t.records[number]) {
			return 0, fmt.Errorf("tiles: the hash of record %d is another", number)
		}
	}
	tiles := tlog.NewTiles(tileHeight, 0, t.head.N)
	for _, tile := range tiles {
		ours, err := os.ReadFile(filepath.Join(t.directory, pathOf(tile)))
		if err != nil {
			return 0, fmt.Errorf("tiles: %w", err)
		}
		theirs, err := tlog.ReadTileData(tile, t)
		if err != nil {
			return 0, fmt.Errorf("tiles: %w", err)
		}
		if !bytes.Equal(ours, theirs) {
			return 0, fmt.Errorf("tiles: %s is not what the records make", pathOf(tile))
		}
	}
	return len(tiles), nil
}

// That the tree of an older head was the beginning of this one; the proof is made of the tiles.
func (t *trail) checkConsistency(older head) error {
	if older.N < 1 || older.N > t.head.N {
		return fmt.Errorf("consistency: %d records were signed, the trail has %d", older.N, t.head.N)
	}
	proof, err := tlog.ProveTree(t.head.N, older.N, tlog.TileHashReader(t.head.Tree, tileReader{t.directory}))
	if err != nil {
		return fmt.Errorf("consistency: %w", err)
	}
	if err := tlog.CheckTree(proof, t.head.N, t.head.Hash, older.N, older.Hash); err != nil {
		return fmt.Errorf("consistency: %w", err)
	}
	return nil
}

// That the receipt's record is in the tree whose head it carries, by the proof that it carries; that this tree was the
// beginning of the trail; and that the trail has this record at this place.
func (t *trail) checkReceipt(verifier note.Verifier, text []byte) error {
	var receipt struct {
		Checkpoint string
		Proof      []byte // base64 in JSON
		Record     json.RawMessage
	}
	if err := json.Unmarshal(text, &receipt); err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	older, err := openHead(verifier, []byte(receipt.Checkpoint))
	if err != nil {
		return err
	}
	record, err := jcs.Transform(receipt.Record)
	if err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	var members struct{ Seq *int64 }
	if err := json.Unmarshal(record, &members); err != nil || members.Seq == nil {
		return errors.New("receipt: its record has no number")
	}
	if len(receipt.Proof)%tlog.HashSize != 0 {
		return errors.New("receipt: its proof is no hashes")
	}
	var proof tlog.RecordProof
	for at := 0; at < len(receipt.Proof); at += tlog.HashSize {
		proof = append(proof, tlog.Hash(receipt.Proof[at:at+tlog.HashSize]))
	}
	if err := tlog.CheckRecord(proof, older.N, older.Hash, *members.Seq, tlog.RecordHash(record)); err != nil {
		return fmt.Errorf("receipt: %w", err)
	}
	if err := t.checkConsistency(older); err != nil {
		return err
	}
	if !bytes.Equal(record, t.records[*members.Seq]) {
		return fmt.Errorf("receipt: the trail's record %d is another", *members.Seq)
	}
	return nil
}
