package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Extensions of a segment's files.
const (
	header  = ".hea"
	samples = ".dat"
	index   = ".idx"
)

const (
	dayLayout  = time.DateOnly
	nameLayout = "20060102_150405.000" // with _ for the point, which no WFDB name may have
)

// folderOf is the folder of a patient or device. Names are as they are but for
// a leading point and the sign that escapes it.
func folderOf(name string) string {
	name = strings.ReplaceAll(name, "%", "%25")
	if strings.HasPrefix(name, ".") {
		name = "%2E" + name[1:]
	}
	return name
}

// baseName is the name of a segment that begins at t; others that begin in the
// same millisecond have a number behind it.
func baseName(t time.Time, another int) string {
	name := strings.ReplaceAll(t.UTC().Format(nameLayout), ".", "_")
	if another > 0 {
		name += fmt.Sprintf("_%d", another+1)
	}
	return name
}

// startOf reads the time back from a segment's name, to the millisecond.
func startOf(name string) (time.Time, bool) {
	const digits = len("20060102_150405_000")
	if len(name) < digits {
		return time.Time{}, false
	}
	t, err := time.Parse(nameLayout, name[:digits-4]+"."+name[digits-3:digits])
	return t, err == nil
}

// segmentsIn lists the paths, without extension, of a device's segments whose
// first sample lies in [from, to), in order.
func segmentsIn(dir string, from, to time.Time) ([]string, error) {
	days, err := list(dir)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, day := range days {
		at, err := time.Parse(dayLayout, day)
		if err != nil || !at.Before(to) || !at.Add(24*time.Hour).After(from) {
			continue
		}
		files, err := list(filepath.Join(dir, day))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			name, ok := strings.CutSuffix(file, header)
			if t, dated := startOf(name); ok && dated && !t.Before(from.Truncate(time.Millisecond)) && t.Before(to) {
				paths = append(paths, filepath.Join(dir, day, name))
			}
		}
	}
	return paths, nil
}

// list gives the names in a folder in order; none when there is no folder.
func list(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look into the archive: %w", err)
	}
	defer f.Close() //nolint:errcheck // only read from
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("look into the archive: %w", err)
	}
	slices.Sort(names)
	return names, nil
}

// makeFolder makes a folder below root, and sees to it that it stays.
func makeFolder(root, dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if dir != root {
		if err := makeFolder(root, filepath.Dir(dir)); err != nil {
			return err
		}
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		return syncFolder(filepath.Dir(dir))
	}
	return os.MkdirAll(dir, 0o700)
}

// syncFolder makes what was created in a folder survive a loss of power.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// writeAt writes to a file that is there and returns when the disk has it.
func writeAt(path string, data []byte, offset int64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(data, offset)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// replace writes a file whole or not at all.
func replace(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncFolder(filepath.Dir(path))
}

// unfolder is the inverse of folderOf.
func unfolder(folder string) string {
	if rest, ok := strings.CutPrefix(folder, "%2E"); ok {
		folder = "." + rest
	}
	return strings.ReplaceAll(folder, "%25", "%")
}
