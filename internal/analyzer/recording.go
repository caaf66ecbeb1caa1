package analyzer

import (
	"time"

	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
	"github.com/holterd/holter/pkg/morphology"
	"github.com/holterd/holter/pkg/window"
)

// recording is one recording under analysis. While its device is silent it is
// parked: only its checkpoint is kept.
type recording struct {
	key key
	// windower, stitcher, beats, meter and shapes are nil while the recording is parked or ended.
	windower *window.Windower
	stitcher *localize.Stitcher
	beats    *ecg.BeatMeter
	meter    *ecg.STMeter
	shapes   *morphology.Memory
	// saved is the newest checkpoint that was written; parked recordings are
	// taken up from it.
	saved checkpoint
	// chunks are those that a restart from saved would need.
	chunks offsets
	// heard is when the newest chunk came, on the stream's clock.
	heard time.Time
	// live says that the newest chunk came soon after it was measured.
	live  bool
	ended bool
	// flushed says that the step at hand has closed its segment.
	flushed bool
	// counted is the offset after the newest record that was taken.
	counted int64
	refused uint64
	// refusedEvents counts those that the store will never take; lastRefused is
	// the newest of each kind, which is refused again whenever it grows.
	refusedEvents uint64
	lastRefused   map[string]string
	// until is the end of the newest analysed window's own part.
	until   time.Time
	windows uint64
}

// liveWithin is how fresh the signal of a live recording is when it arrives.
const liveWithin = time.Minute

func newRecording(k key, cfg window.Config, model string) *recording {
	return &recording{
		key:      k,
		windower: window.New(cfg),
		stitcher: localize.NewStitcher(k.patient, k.device, k.recording, model),
		beats:    ecg.NewBeatMeter(),
		meter:    ecg.NewSTMeter(),
		shapes:   morphology.New(),
		chunks:   newOffsets(),
	}
}

// wake takes a parked recording up.
func (r *recording) wake(cfg window.Config, model string) {
	if r.windower != nil {
		return
	}
	r.windower = window.Resume(cfg, r.saved.Windower)
	r.stitcher = localize.ResumeStitcher(r.key.patient, r.key.device, r.key.recording, model, r.saved.Stitcher)
	r.beats = ecg.ResumeBeatMeter(r.saved.Beats)
	r.meter = ecg.ResumeSTMeter(r.saved.ST)
	r.shapes = morphology.Resume(r.saved.Shapes)
	r.chunks = newOffsets()
}

// park gives back all but the checkpoint, and that too when the recording has
// ended.
func (r *recording) park() {
	r.windower, r.stitcher, r.beats, r.meter, r.shapes = nil, nil, nil, nil, nil
	r.chunks = offsets{lowest: nothing}
	if r.ended {
		r.saved = checkpoint{}
	}
}

// push takes a chunk that stands at an offset of the partition. Chunks that
// come again after a restart are needed for the state behind the checkpoint
// only: they are not refused, nor counted, a second time.
func (r *recording) push(c window.Chunk, offset int64) ([]window.Window, error) {
	again := offset < r.saved.Counted
	if needed, ok := r.windower.Needs(); again && ok && c.Sequence < needed {
		return nil, nil
	}
	windows, err := r.windower.Push(c)
	r.counted = max(r.counted, offset+1)
	if err != nil {
		if again {
			return nil, nil
		}
		r.refused++
		return nil, err
	}
	r.chunks.add(c.Sequence, offset)
	return windows, nil
}

// refuse counts an event that the store will never take; once, however often it
// grows: the versions of one come before the next of its kind.
func (r *recording) refuse(e localize.Event) {
	if r.lastRefused[e.Kind] == e.ID {
		return
	}
	if r.lastRefused == nil {
		r.lastRefused = make(map[string]string)
	}
	r.lastRefused[e.Kind] = e.ID
	r.refusedEvents++
}

// moved tells whether a restart would profit from a new checkpoint: windows
// were returned, or older chunks are no longer needed.
func (r *recording) moved(windows int) bool {
	needed, ok := r.windower.Needs()
	return windows > 0 || r.flushed || r.windower.Ended() || needed != r.saved.needed || ok != r.saved.needs
}
