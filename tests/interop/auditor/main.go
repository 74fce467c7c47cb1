// An auditor's check of a Taleus trail by implementations that are not ours: signed notes, trees, tiles and proofs of
// golang.org/x/mod, as Go's checksum database uses them, and RFC 8785 of github.com/gowebpki/jcs.
//
//	auditor --key NAME+HASH+KEY --tiles DIR [--older CHECKPOINT]… [RECEIPT]…
//
// DIR is what `taleus audit export --format tiles` makes (c2sp.org/tlog-tiles). Prints what was proven, as JSON, and ends
// with 0; or what is wrong, on standard error, and ends with 1. Status 2: wrong usage.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
)

type files []string

func (f *files) String() string        { return fmt.Sprint(*f) }
func (f *files) Set(name string) error { *f = append(*f, name); return nil }

type proven struct {
	Origin   string `json:"origin"`
	Records  int64  `json:"records"`
	Tiles    int    `json:"tiles"`
	Older    int    `json:"older"`
	Receipts int    `json:"receipts"`
}

func check(verifier note.Verifier, directory string, older, receipts []string) (*proven, error) {
	trail, err := openTrail(verifier, directory)
	if err != nil {
		return nil, err
	}
	told := &proven{Origin: trail.head.origin, Records: trail.head.N}
	if told.Tiles, err = trail.checkTiles(); err != nil {
		return nil, err
	}
	for _, file := range older {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		head, err := openHead(verifier, text)
		if err == nil {
			err = trail.checkConsistency(head)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		told.Older++
	}
	for _, file := range receipts {
		text, err := os.ReadFile(file)
		if err == nil {
			err = trail.checkReceipt(verifier, text)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		told.Receipts++
	}
	return told, nil
}

func main() {
	var older files
	key := flag.String("key", "", "the verifier key, NAME+HASH+KEY")
	tiles := flag.String("tiles", "", "directory of the tiles")
	flag.Var(&older, "older", "an older checkpoint; may be repeated")
	flag.Parse()
	verifier, err := note.NewVerifier(*key)
	if err != nil || *tiles == "" {
		fmt.Fprintln(os.Stderr, "usage: auditor --key NAME+HASH+KEY --tiles DIR [--older CHECKPOINT]… [RECEIPT]…", err)
		os.Exit(2)
	}
	told, err := check(verifier, *tiles, older, flag.Args())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(told); err != nil {
		os.Exit(1)
	}
}
