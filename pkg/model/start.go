package model

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/model/internal/ort"
	"github.com/holterd/holter/pkg/window"
)

// start loads the library and the graphs, proves where they run, and warms
// them up.
func (m *Model) start(dir string, o Options) error {
	device, err := ort.ParseDevice(o.Device)
	if err != nil {
		return err
	}
	threads, err := ort.Threads(o.Threads)
	if err != nil {
		return err
	}
	library, err := ort.FindLibrary(device, o.Library, os.Getenv)
	if err != nil {
		return err
	}
	if err := ort.Load(library); err != nil {
		return err
	}
	m.info.Device, m.info.Runtime = string(device), ort.LoadedVersion()
	if m.info.Placement, err = m.prove(dir, device, threads); err != nil {
		return err
	}
	e, err := openONNX(dir, m.manifest, device, func(_ string, g ort.Graph) (*ort.Session, error) {
		return ort.Open(g, device, threads)
	})
	if err != nil {
		return err
	}
	m.engine = e
	batch := m.batch
	if device == ort.CPU {
		batch = 1 // no shape is slow the first time there
	}
	if err := m.warm(batch); err != nil {
		return errors.Join(err, m.Close())
	}
	return nil
}

// prove shows where the graphs' nodes run, see the package's documentation. On
// the CPU there is nowhere else.
func (m *Model) prove(dir string, device ort.Device, threads int) (string, error) {
	if device == ort.CPU {
		return device.Provider(), nil
	}
	records, err := os.MkdirTemp("", "holter-placement-")
	if err != nil {
		return "", fmt.Errorf("prove the placement: %w", err)
	}
	defer func() { _ = os.RemoveAll(records) }()
	e, err := openONNX(dir, m.manifest, device, func(name string, g ort.Graph) (*ort.Session, error) {
		return ort.OpenRecorded(g, device, threads, filepath.Join(records, name))
	})
	if err != nil {
		return "", err
	}
	m.engine = e
	if err := errors.Join(m.warm(1), m.Close()); err != nil { // the records are written on closing
		return "", err
	}
	var proof string
	for _, name := range []string{"encoder", "embed", "decoder"} {
		p, err := ort.ReadPlacement(filepath.Join(records, name), device)
		if err != nil {
			return "", fmt.Errorf("%s: %w", name, err)
		}
		proof += fmt.Sprintf("%s: %s; ", name, p)
	}
	return proof[:len(proof)-2], nil
}

// warm asks one question, and then a batch of them, about clips of no meaning:
// on a GPU the first run of each shape is slow.
func (m *Model) warm(batch int) error {
	requests := []Request{Localize("Is this a warm-up?", wave(0))}
	for i := 1; i < batch; i++ {
		question := requests[0].Turns[0].Question
		if n := len(m.info.Conditions); n > 0 {
			question = localize.Question(m.info.Conditions[i%n])
		}
		requests = append(requests, Localize(question, wave(i)))
	}
	for _, n := range slices.Compact([]int{1, batch}) {
		if err := m.try(requests[:n]); err != nil {
			return fmt.Errorf("first run on %s: %w", m.info.Device, err)
		}
	}
	return nil
}

// try answers requests with few tokens each.
func (m *Model) try(requests []Request) error {
	p, err := m.plan(requests)
	if err != nil {
		return err
	}
	for _, j := range p.jobs {
		j.answer = &freeText{stop: m.template.stop, left: min(j.left, 4)}
	}
	return m.run(context.Background(), p)
}

// wave is ten seconds of a beating signal in lead II.
func wave(seed int) *window.Clip {
	var clip window.Clip
	clip[ecg.II] = make([]float32, window.SegmentSamples)
	for i := range clip[ecg.II] {
		beat := math.Mod(float64(i+seed), window.Rate) / window.Rate
		clip[ecg.II][i] = float32(math.Exp(-800 * (beat - 0.5) * (beat - 0.5)))
	}
	return &clip
}
