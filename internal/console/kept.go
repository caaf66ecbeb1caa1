package console

import (
	"time"

	"github.com/holterd/holter/internal/archive"
)

// kept is the archive in a folder, which the archiver may yet make.
type kept struct{ folder string }

func (k kept) Read(patient string, from, to time.Time) ([]*archive.Stretch, error) {
	a, err := archive.Open(k.folder)
	if err != nil {
		return nil, err
	}
	return a.Read(patient, from, to)
}

func (k kept) Coverage(patient string, from, to time.Time) (archive.Coverage, error) {
	a, err := archive.Open(k.folder)
	if err != nil {
		return archive.Coverage{}, err
	}
	return a.Coverage(patient, from, to)
}

func (k kept) Presses(patient string, from, to time.Time) ([]archive.Press, error) {
	a, err := archive.Open(k.folder)
	if err != nil {
		return nil, err
	}
	return a.Presses(patient, from, to)
}
