package demo

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Recording is what the demonstration plays.
type Recording struct {
	// Path is a WFDB path without extension.
	Path string
	// Reference is the file of an expert's (or the simulator's) annotations,
	// empty when there is none.
	Reference string
	// Origin says where the recording comes from.
	Origin string
}

// Sources are the places in which a recording is looked for.
type Sources struct {
	// Record is the path that was asked for; empty lets the others decide.
	Record string
	// Data is a folder of recordings; empty when there is none.
	Data string
	// Archive gets a recording from the net into a cache.
	Archive Archive
	// Scratch is a folder for a simulated recording.
	Scratch string
	// Say tells the person what could not be had.
	Say func(string)
}

// Records that show something, in order of preference. The shipped model was
// trained on all of them.
var preferred = []string{"mitdb/119", "mitdb/208", "119", "208"}

const known = "; the shipped model was trained on it, which flatters what it finds"

// Find returns the first recording to be had: the one asked for, one of the data
// folder, one of the archive, a simulated one.
func (s Sources) Find(ctx context.Context) (Recording, error) {
	if s.Record != "" {
		return withReference(s.Record, s.Record), nil
	}
	if s.Data != "" {
		path, err := pick(s.Data)
		if err == nil {
			return withReference(path, path+" (HOLTER_DATA)"+familiar(path)), nil
		}
		s.Say(fmt.Sprintf("HOLTER_DATA: %v", err))
	}
	path, err := s.Archive.Fetch(ctx)
	if err == nil {
		return withReference(path, s.Archive.Name+familiar(path)), nil
	}
	s.Say(fmt.Sprintf("%v; a simulated recording is played instead", err))
	return simulated(s.Scratch)
}

// familiar is the warning for a record of the training data.
func familiar(path string) string {
	if slices.Contains(preferred, filepath.Base(path)) {
		return known
	}
	return ""
}

// withReference adds the annotations that lie beside a record.
func withReference(path, origin string) Recording {
	r := Recording{Path: path, Origin: origin}
	if _, err := os.Stat(path + ".atr"); err == nil {
		r.Reference = path + ".atr"
	}
	return r
}

// pick chooses a record of a folder: a preferred one, else the first that has
// annotations, else the first.
func pick(dir string) (string, error) {
	for _, name := range preferred {
		if path := filepath.Join(dir, filepath.FromSlash(name)); exists(path+".hea") && exists(path+".dat") {
			return path, nil
		}
	}
	first, annotated := "", ""
	err := filepath.WalkDir(dir, func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(p) != ".hea" {
			return err
		}
		record := strings.TrimSuffix(p, ".hea")
		if first == "" {
			first = record
		}
		if exists(record + ".atr") {
			annotated = record
			return filepath.SkipAll
		}
		return nil
	})
	switch {
	case err != nil:
		return "", fmt.Errorf("look for a recording in %s: %w", dir, err)
	case annotated != "":
		return annotated, nil
	case first != "":
		return first, nil
	}
	return "", fmt.Errorf("no WFDB record (*.hea) in %s or below", dir)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
