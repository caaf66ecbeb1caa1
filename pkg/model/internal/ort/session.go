package ort

import (
	"errors"
	"fmt"

	onnx "github.com/yalue/onnxruntime_go"
)

// Session runs one graph. It is safe for concurrent use.
type Session struct {
	file    string
	session *onnx.DynamicAdvancedSession
}

// Graph names a graph's file and what goes in and comes out, in the order in
// which Run takes them.
type Graph struct {
	File            string
	Inputs, Outputs []Port
}

// Port is one input or output of a graph.
type Port struct {
	Name string
	Type Type
}

// Type of a port's elements.
type Type int

// The types that graphs of this project have at their ports, whatever they
// compute with inside.
const (
	Float32 Type = iota
	Int64
)

// Open loads a graph on the device. Load must have succeeded before. Close
// frees it.
func Open(g Graph, d Device, threads int) (*Session, error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	o, err := d.options(threads)
	if err != nil {
		return nil, err
	}
	defer func() { _ = o.Destroy() }()
	return open(g, o, d)
}

func open(g Graph, o *onnx.SessionOptions, d Device) (*Session, error) {
	s, err := onnx.NewDynamicAdvancedSession(g.File, names(g.Inputs), names(g.Outputs), o)
	if err != nil {
		if d != CPU {
			err = fmt.Errorf("%w (%s)", err, d.remedy())
		}
		return nil, fmt.Errorf("open graph %s on %s: %w", g.File, d, err)
	}
	return &Session{file: g.File, session: s}, nil
}

// check compares the graph's ports with those in the file, which the runtime
// itself does only when it runs.
func (g Graph) check() error {
	in, out, err := onnx.GetInputOutputInfo(g.File)
	if err != nil {
		return fmt.Errorf("read graph %s: %w", g.File, err)
	}
	if len(in) != len(g.Inputs) {
		return fmt.Errorf("graph %s takes %d inputs, want %d: %q", g.File, len(in), len(g.Inputs), names(g.Inputs))
	}
	return errors.Join(g.find("input", g.Inputs, in), g.find("output", g.Outputs, out))
}

func (g Graph) find(kind string, want []Port, have []onnx.InputOutputInfo) error {
	types := map[string]onnx.TensorElementDataType{}
	for _, h := range have {
		types[h.Name] = h.DataType
	}
	element := []onnx.TensorElementDataType{Float32: onnx.TensorElementDataTypeFloat, Int64: onnx.TensorElementDataTypeInt64}
	for _, w := range want {
		switch t, ok := types[w.Name]; {
		case !ok:
			return fmt.Errorf("graph %s has no %s %q", g.File, kind, w.Name)
		case t != element[w.Type]:
			return fmt.Errorf("graph %s: %s %q holds %s, want %s", g.File, kind, w.Name, t, element[w.Type])
		}
	}
	return nil
}

func names(ports []Port) []string {
	out := make([]string, len(ports))
	for i, p := range ports {
		out[i] = p.Name
	}
	return out
}

// Run runs the graph. Inputs and outputs are in the order of the graph's
// ports; the outputs' tensors must have the right shape and are filled in.
func (s *Session) Run(inputs, outputs []Tensor) error {
	values := make([]onnx.Value, 0, len(inputs)+len(outputs))
	defer func() {
		for _, v := range values {
			_ = v.Destroy()
		}
	}()
	for _, t := range append(inputs[:len(inputs):len(inputs)], outputs...) {
		v, err := t.value()
		if err != nil {
			return fmt.Errorf("run graph %s: %w", s.file, err)
		}
		values = append(values, v)
	}
	if err := s.session.Run(values[:len(inputs)], values[len(inputs):]); err != nil {
		return fmt.Errorf("run graph %s: %w", s.file, err)
	}
	return nil
}

// Close frees the session. It must not be running.
func (s *Session) Close() error {
	if err := s.session.Destroy(); err != nil {
		return fmt.Errorf("close graph %s: %w", s.file, err)
	}
	return nil
}
