package exchange

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Write writes a track into a folder: WriteWFDB or WriteEDF.
type Write func(dir string, t *Track, marks []Mark, progress func(samples int) error) (string, error)

// Zip writes tracks as one zip file, track by track; each is on disk, in the
// folder for temporary files, until it is in the zip.
func Zip(ctx context.Context, to io.Writer, write Write, tracks []*Track, known Events) error {
	out := zip.NewWriter(to)
	for _, t := range tracks {
		if err := zipTrack(ctx, out, write, t, known.Marks(t)); err != nil {
			return fmt.Errorf("export %s: %w", t.Name, err)
		}
	}
	return out.Close()
}

func zipTrack(ctx context.Context, out *zip.Writer, write Write, t *Track, marks []Mark) (err error) {
	dir, err := os.MkdirTemp("", "holter-export-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if _, err := write(dir, t, marks, func(int) error { return ctx.Err() }); err != nil {
		return err
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := zipFile(out, filepath.Join(dir, f.Name()), t); err != nil {
			return err
		}
	}
	return nil
}

func zipFile(out *zip.Writer, path string, t *Track) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // only read from
	entry, err := out.CreateHeader(&zip.FileHeader{Name: filepath.Base(path), Method: zip.Deflate, Modified: t.Start})
	if err != nil {
		return err
	}
	_, err = io.Copy(entry, in)
	return err
}
