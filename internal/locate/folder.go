package locate

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Folder finds records below a folder by the names that test files give them.
type Folder struct {
	dir string
	// records holds, for each base name, the records' paths below dir, with
	// slashes and without extension.
	records map[string][]string
}

// OpenFolder looks through dir and everything below for WFDB headers.
func OpenFolder(dir string) (*Folder, error) {
	f := &Folder{dir: dir, records: map[string][]string{}}
	err := filepath.WalkDir(dir, func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(p) != ".hea" {
			return err
		}
		below, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		record := strings.TrimSuffix(filepath.ToSlash(below), ".hea")
		f.records[path.Base(record)] = append(f.records[path.Base(record)], record)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for records: %w", err)
	}
	if len(f.records) == 0 {
		return nil, fmt.Errorf("no WFDB record (*.hea) in %s or below: give the folder of the recordings with --records", dir)
	}
	return f, nil
}

// Find returns the path of the record that a test names: folders of the place
// where the file was made and an extension may be part of the name. When several
// records have the same base name, the folders (then the data set) decide.
func (f *Folder) Find(name, dataset string) (string, error) {
	wanted := path.Clean(strings.ReplaceAll(name, `\`, "/"))
	candidates := f.records[path.Base(wanted)]
	if len(candidates) == 0 {
		wanted = strings.TrimSuffix(wanted, path.Ext(wanted))
		candidates = f.records[path.Base(wanted)]
	}
	switch len(candidates) {
	case 0:
		return "", fmt.Errorf("no record %q in %s or below", path.Base(wanted), f.dir)
	case 1:
		return filepath.Join(f.dir, filepath.FromSlash(candidates[0])), nil
	}
	best := closest(candidates, func(record string) int { return commonTail(record, wanted) })
	if len(best) > 1 && dataset != "" {
		best = closest(best, func(record string) int { return mentions(record, dataset) })
	}
	if len(best) > 1 {
		return "", fmt.Errorf("record %q could be any of %s in %s: give a folder that holds one of them with --records",
			name, strings.Join(best, ", "), f.dir)
	}
	return filepath.Join(f.dir, filepath.FromSlash(best[0])), nil
}

// closest keeps the candidates with the highest score.
func closest(candidates []string, score func(string) int) []string {
	highest := 0
	for _, c := range candidates {
		highest = max(highest, score(c))
	}
	return slices.DeleteFunc(slices.Clone(candidates), func(c string) bool { return score(c) < highest })
}

// commonTail counts the path elements that two paths share at their ends.
func commonTail(a, b string) int {
	x, y := strings.Split(a, "/"), strings.Split(b, "/")
	n := 0
	for n < min(len(x), len(y)) && x[len(x)-1-n] == y[len(y)-1-n] {
		n++
	}
	return n
}

func mentions(record, dataset string) int {
	if strings.Contains(strings.ToLower(path.Dir(record)), strings.ToLower(dataset)) {
		return 1
	}
	return 0
}
