package analyzer

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/morphology"
	"github.com/holterd/holter/pkg/window"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// checkpointFormat is raised when older checkpoints can no longer be read.
const checkpointFormat = 1

// checkpoint is what a Progress record carries for the analyzer itself.
type checkpoint struct {
	Format   int                  `json:"format"`
	Windower window.State         `json:"windower"`
	Stitcher localize.StitchState `json:"stitcher"`
	Beats    ecg.BeatState        `json:"beats"`
	ST       ecg.STState          `json:"st"`
	Shapes   morphology.State     `json:"shapes"`
	// Counted is the offset after the newest record that was taken: refused
	// chunks before it are accounted for.
	Counted int64 `json:"counted"`
	// Refused counts the refused chunks.
	Refused uint64 `json:"refused,omitempty"`
	// LastRefused is the newest event of each kind that was refused.
	LastRefused map[string]string `json:"last_refused,omitempty"`
	// Windows are stored with the record's events.
	Windows []influx.Window `json:"windows,omitempty"`

	// needed and needs are Windower's Needs.
	needed uint64
	needs  bool
}

// decided is what a step decided about one recording.
type decided struct {
	recording *recording
	windows   []influx.Window
	told      []*holterv1.Window // the same, for those who listen
	events    []localize.Event
	analysed  []Analysed
}

// save makes the progress record of a decision, to be written before anything
// is stored, and takes it for the recording's newest checkpoint.
func (d decided) save() (*holterv1.Progress, error) {
	r := d.recording
	r.saved = checkpoint{
		Format:   checkpointFormat,
		Windower: r.windower.State(),
		Stitcher: r.stitcher.State(),
		Beats:    r.beats.State(),
		ST:       r.meter.State(),
		Shapes:   r.shapes.State(),
		Counted:  r.counted,
		Refused:  r.refused,
		Windows:  d.windows,
	}
	r.saved.needed, r.saved.needs = r.windower.Needs()
	r.chunks.keep(r.windower.Needs())
	for _, w := range d.windows {
		r.windows++
		r.until = w.To
	}
	r.ended = r.windower.Ended()
	p, err := r.progress(d.events, false)
	if err == nil {
		p.WindowsDecided = d.told
	}
	return p, err
}

// progress is the recording's record at the newest checkpoint. Events that are
// refused when this one's are stored count in the next record.
func (r *recording) progress(events []localize.Event, stored bool) (*holterv1.Progress, error) {
	r.saved.LastRefused = maps.Clone(r.lastRefused)
	text, err := json.Marshal(r.saved)
	if err != nil {
		return nil, fmt.Errorf("write the checkpoint of %s: %w", r.key, err)
	}
	p := &holterv1.Progress{
		Patient: r.key.patient, Device: r.key.device, Recording: r.key.recording,
		Windows: r.windows, Ended: r.ended, Stored: stored, Refused: r.saved.Refused + r.saved.Windower.Lost,
		RefusedEvents: r.refusedEvents, Checkpoint: text, Events: toMessages(events),
	}
	if !r.until.IsZero() {
		p.AnalysedUntilNs = r.until.UnixNano()
	}
	return p, nil
}

// restore makes a parked or ended recording of its newest record, and the
// decision that may not have been stored.
func restore(p *holterv1.Progress, cfg window.Config) (decided, error) {
	r := &recording{
		key:     key{p.GetPatient(), p.GetDevice(), p.GetRecording()},
		ended:   p.GetEnded(),
		windows: p.GetWindows(),
	}
	if ns := p.GetAnalysedUntilNs(); ns != 0 {
		r.until = time.Unix(0, ns).UTC()
	}
	if err := json.Unmarshal(p.GetCheckpoint(), &r.saved); err != nil {
		return decided{}, fmt.Errorf("read the checkpoint of %s: %w", r.key, err)
	}
	if r.saved.Format != checkpointFormat {
		return decided{}, fmt.Errorf("the checkpoint of %s has format %d, this version reads %d", r.key, r.saved.Format, checkpointFormat)
	}
	r.saved.needed, r.saved.needs = window.Resume(cfg, r.saved.Windower).Needs()
	r.counted, r.refused = r.saved.Counted, r.saved.Refused
	r.refusedEvents, r.lastRefused = p.GetRefusedEvents(), maps.Clone(r.saved.LastRefused)
	r.chunks.lowest = nothing
	d := decided{recording: r}
	if !p.GetStored() {
		d.windows, d.told = r.saved.Windows, p.GetWindowsDecided()
		for _, e := range p.GetEvents() {
			d.events = append(d.events, fromMessage(e))
		}
	}
	return d, nil
}

func progressMessage(p *holterv1.Progress) (kafka.Message, error) {
	value, err := proto.Marshal(p)
	if err != nil {
		return kafka.Message{}, fmt.Errorf("write progress of %s: %w", p.GetRecording(), err)
	}
	return kafka.Message{Key: kafka.ProgressKey(p.GetPatient(), p.GetDevice(), p.GetRecording()), Value: value}, nil
}
