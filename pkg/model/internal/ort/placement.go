package ort

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Placement counts, over the runs of a session that were recorded, which nodes
// ran where.
type Placement struct {
	Provider      string // that was wanted
	There, Others int    // nodes that ran there, and on other providers
	Elsewhere     []string
}

func (p Placement) String() string {
	return fmt.Sprintf("%d of %d nodes on %s", p.There, p.There+p.Others, p.Provider)
}

// heavy are the operations for whose sake a device is chosen; the runtime's
// fused kinds of them have names that contain these. The rest, shapes and
// indices above all, may well run on the CPU: the runtime puts small integer
// work there on purpose.
var heavy = []string{"MatMul", "Gemm", "Conv", "Attention"}

func isHeavy(operation string) bool {
	return slices.ContainsFunc(heavy, func(h string) bool { return strings.Contains(operation, h) })
}

// OpenRecorded is Open with a record of every node that runs. It is written
// when the session is closed; ReadPlacement reads it.
func OpenRecorded(g Graph, d Device, threads int, record string) (*Session, error) {
	if err := g.check(); err != nil {
		return nil, err
	}
	o, err := d.options(threads)
	if err != nil {
		return nil, err
	}
	defer func() { _ = o.Destroy() }()
	if err := o.EnableProfiling(record); err != nil {
		return nil, fmt.Errorf("record the nodes of %s: %w", g.File, err)
	}
	return open(g, o, d)
}

// ReadPlacement reads the record of a closed session and proves that its work
// was done on the device: all matrix products, convolutions and attention ran
// there, at least one node did.
func ReadPlacement(record string, d Device) (Placement, error) {
	files, err := filepath.Glob(record + "*.json")
	if err != nil || len(files) != 1 {
		return Placement{}, fmt.Errorf("prove the placement: the runtime wrote %d records, want one", len(files))
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		return Placement{}, fmt.Errorf("prove the placement: %w", err)
	}
	return placement(data, d)
}

func placement(record []byte, d Device) (Placement, error) {
	var events []struct {
		Cat  string
		Name string
		Args struct {
			Operation string `json:"op_name"`
			Provider  string `json:"provider"`
		}
	}
	if err := json.Unmarshal(record, &events); err != nil {
		return Placement{}, fmt.Errorf("prove the placement: read the runtime's record: %w", err)
	}
	p := Placement{Provider: d.Provider()}
	there, others := map[string]bool{}, map[string]bool{}
	for _, e := range events {
		switch {
		case e.Cat != "Node" || e.Args.Provider == "":
		case e.Args.Provider == p.Provider:
			there[e.Name] = true
		default:
			others[e.Name] = true
			if isHeavy(e.Args.Operation) && !slices.Contains(p.Elsewhere, e.Args.Operation) {
				p.Elsewhere = append(p.Elsewhere, e.Args.Operation)
			}
		}
	}
	p.There, p.Others = len(there), len(others)
	if p.There == 0 || len(p.Elsewhere) > 0 {
		return p, fmt.Errorf("device %s does not serve this model: %s, and %s elsewhere (%s)",
			d, p, strings.Join(append(p.Elsewhere, "others"), ", "), d.remedy())
	}
	return p, nil
}
