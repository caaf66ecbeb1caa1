package archive

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// around is how much signal before and after a press of the symptom button is
// kept for ever.
const around = 2 * time.Minute

// span is how long a segment is at most: one that begins at the end of its hour
// has one chunk more.
const span = time.Hour + longest

// sweep deletes the segments whose signal is older than a time, but for those
// with a symptom mark, and returns how many.
func sweep(root string, before time.Time) (deleted int, err error) {
	patients, err := list(root)
	if err != nil {
		return 0, err
	}
	var problems []error
	for _, patient := range patients {
		dir := filepath.Join(root, patient)
		presses, err := readPresses(root, unfolder(patient), dawn, dusk)
		if err != nil {
			problems = append(problems, err) // nothing of hers is deleted
			continue
		}
		devices, err := list(dir)
		problems = append(problems, err)
		for _, device := range devices {
			if strings.HasPrefix(device, ".") {
				continue
			}
			n, err := sweepDevice(filepath.Join(dir, device), before, presses)
			deleted += n
			problems = append(problems, err)
		}
	}
	return deleted, errors.Join(problems...)
}

func sweepDevice(dir string, before time.Time, presses []Press) (deleted int, err error) {
	days, err := list(dir)
	problems := []error{err}
	for _, day := range days {
		if at, err := time.Parse(dayLayout, day); err != nil || at.Add(span).After(before) {
			continue
		}
		files, err := list(filepath.Join(dir, day))
		problems = append(problems, err)
		kept := 0
		// The header goes first (.dat, .hea, .idx are in order): backwards would
		// leave a record without samples.
		slices.SortStableFunc(files, func(a, b string) int { return strings.Compare(isHeader(a), isHeader(b)) })
		for _, file := range files {
			start, ok := startOf(file)
			if !ok || !start.Add(span).Before(before) || marked(start, presses) {
				kept++
				continue
			}
			if err := os.Remove(filepath.Join(dir, day, file)); err != nil && !os.IsNotExist(err) {
				problems = append(problems, fmt.Errorf("delete what is older than archive.retention: %w", err))
			}
			if strings.HasSuffix(file, header) {
				deleted++
			}
		}
		if kept == 0 {
			_ = os.Remove(filepath.Join(dir, day)) // not while something new comes in
		}
	}
	return deleted, errors.Join(problems...)
}

func isHeader(file string) string {
	if strings.HasSuffix(file, header) {
		return "0"
	}
	return "1"
}

// marked tells whether a press lies in what begins at start, or near it.
func marked(start time.Time, presses []Press) bool {
	return slices.ContainsFunc(presses, func(p Press) bool {
		return p.Time.After(start.Add(-around)) && p.Time.Before(start.Add(span+around))
	})
}
