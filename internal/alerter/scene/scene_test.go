package scene_test

import (
	"bytes"
	"context"
	"errors"
	"image/color"
	"image/png"
	"iter"
	"math"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"github.com/stretchr/testify/require"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/notify"
	"github.com/holterd/holter/internal/alerter/scene"
	"github.com/holterd/holter/internal/archive/archivetest"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// events is a store of events.
type events struct {
	events []localize.Event
	beats  []influx.Beat
	err    error
	hangs  bool // until the caller gives up
}

func (e events) fail(ctx context.Context) error {
	if e.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return e.err
}

func (e events) QueryEvents(ctx context.Context, f influx.Filter) iter.Seq2[localize.Event, error] {
	return func(yield func(localize.Event, error) bool) {
		if err := e.fail(ctx); err != nil {
			yield(localize.Event{}, err)
			return
		}
		for _, x := range e.events {
			if x.Start.Before(f.Until) && x.End.After(f.EndsAfter) && !yield(x, nil) {
				return
			}
		}
	}
}

func (e events) QueryBeats(ctx context.Context, f influx.Filter) iter.Seq2[influx.Beat, error] {
	return func(yield func(influx.Beat, error) bool) {
		if err := e.fail(ctx); err != nil {
			yield(influx.Beat{}, err)
			return
		}
		for _, x := range e.beats {
			if !x.Time.Before(f.Since) && x.Time.Before(f.Until) && !yield(x, nil) {
				return
			}
		}
	}
}

// filled is an archive with two minutes from noon: a lead without contact, a flat
// one and two with signal; a run of six after 30 s and one of nine after 80 s.
func filled(t *testing.T) (folder string, beats []influx.Beat) {
	t.Helper()
	filling.Do(func() { fill(t) })
	require.NotEmpty(t, filledBeats, "the archive could be filled")
	return filledFolder, filledBeats
}

var (
	filling      sync.Once
	filledFolder string
	filledBeats  []influx.Beat
)

func TestMain(m *testing.M) {
	var err error
	if filledFolder, err = os.MkdirTemp("", "scene"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(filledFolder)
	os.Exit(code)
}

func fill(t *testing.T) {
	t.Helper()
	cfg := ecg.DefaultSimConfig()
	cfg.Rate, cfg.Duration, cfg.Start, cfg.Leads = 125, 2*time.Minute, noon, []string{"I", "II", "V1", "V5"}
	cfg.Episodes = []ecg.Episode{{Kind: ecg.PVCs, At: 30 * time.Second, Beats: 6}, {Kind: ecg.PVCs, At: 80 * time.Second, Beats: 9}}
	rec, marks, err := ecg.Simulate(cfg)
	require.NoError(t, err)
	for i := range rec.Leads[0].Samples {
		rec.Leads[0].Samples[i], rec.Leads[2].Samples[i] = float32(math.NaN()), 0.01
	}
	archivetest.Fill(t, filledFolder, "p1", "d1", rec)
	for _, m := range marks {
		if m.Symbol == "V" {
			at := noon.Add(time.Duration(float64(m.Sample) / rec.Rate * float64(time.Second)))
			filledBeats = append(filledBeats, influx.Beat{Patient: "p1", Device: "d1", Kind: "V", Time: at})
		}
	}
	require.Len(t, filledBeats, 15)
}

func about(from, to time.Duration) notify.Subject {
	return notify.Subject{Alert: alert.Alert{
		ID: "a", Patient: "p1", Device: "d1", Kinds: []string{"V"}, Title: "Run: Premature ventricular contraction",
		Class: alert.Physiological, Start: noon.Add(from), Updated: noon.Add(to),
	}}
}

// lookAt decodes a picture and tells its size and how many pixels are dark (the
// trace, the texts) and orange (what was found).
func lookAt(t *testing.T, picture []byte) (width, height, dark, orange int) {
	t.Helper()
	require.NotNil(t, picture)
	img, err := png.Decode(bytes.NewReader(picture))
	require.NoError(t, err)
	size := img.Bounds().Size()
	for x := range size.X {
		for y := range size.Y {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			switch {
			case c.R < 0x50 && c.G < 0x50 && c.B < 0x50:
				dark++
			case c.R > 0xc0 && c.G > 0x60 && c.G < 0x90 && c.B < 0x30:
				orange++
			}
		}
	}
	return size.X, size.Y, dark, orange
}

func TestScenes(t *testing.T) {
	folder, beats := filled(t)
	run := localize.Event{Patient: "p1", Device: "d1", Kind: "V", Start: beats[0].Time, End: beats[5].Time, Beats: 6, Confidence: 0.87}
	elsewhere := localize.Event{Patient: "p1", Device: "d2", Kind: "A", Start: noon, End: noon.Add(time.Hour)}
	store := events{events: []localize.Event{run, elsewhere}, beats: beats}
	scenes := scene.New(folder, store, zerolog.New(zerolog.NewTestWriter(t)))
	ctx := t.Context()
	keep := func(name string, picture []byte) {
		if dir := os.Getenv("HOLTER_PICTURES"); dir != "" { // to look at them
			require.NoError(t, os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600))
		}
	}

	short := about(30*time.Second, 33*time.Second)
	got := scenes.Scene(ctx, short)
	keep("short", got.Picture)
	require.Empty(t, got.Missing)
	require.False(t, got.Early)
	require.Empty(t, got.Rhythm)
	width, height, dark, orange := lookAt(t, got.Picture)
	require.Greater(t, width, 1000, "ten seconds at 25 mm/s")
	require.Greater(t, dark, 2500, "two leads and the texts")
	require.Greater(t, orange, 500, "the run is marked")
	require.Less(t, len(got.Picture), 250<<10, "a webhook may take a megabyte")

	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	short.Zone = berlin
	there := scenes.Scene(ctx, short)
	keep("berlin", there.Picture)
	require.NotEqual(t, got.Picture, there.Picture, "the reader's time is on the picture")

	long := scenes.Scene(ctx, about(30*time.Second, 90*time.Second))
	keep("long", long.Picture)
	_, both, _, _ := lookAt(t, long.Picture)
	require.Greater(t, both, height*3/2, "the onset, and the part with the most beats")

	deaf := scene.New(folder, events{err: errors.New("no")}, zerolog.Nop()).Scene(ctx, about(30*time.Second, 33*time.Second))
	_, _, _, orange = lookAt(t, deaf.Picture)
	require.Zero(t, orange, "a strip without marks is better than none")

	technical := about(0, 0)
	technical.Alert.Class = alert.Technical
	require.Equal(t, notify.Scene{}, scenes.Scene(ctx, technical))
	stranger := about(0, time.Second)
	stranger.Alert.Patient = "p2"
	require.Equal(t, "the archive has no signal of that time", scenes.Scene(ctx, stranger).Missing)
}

func TestExample(t *testing.T) {
	picture, err := scene.Example(noon, time.UTC)
	require.NoError(t, err)
	_, _, dark, orange := lookAt(t, picture)
	require.Greater(t, dark, 2000)
	require.Greater(t, orange, 200)
}

// What is asked for before its signal is in the archive can wait; who cannot wait
// gets what there is.
func TestWhatIsEarly(t *testing.T) {
	folder, beats := filled(t)
	scenes := scene.New(folder, events{beats: beats}, zerolog.Nop())
	last := about(118*time.Second, 119*time.Second)
	got := scenes.Scene(t.Context(), last)
	require.True(t, got.Early)
	_, _, dark, _ := lookAt(t, got.Picture)
	require.Greater(t, dark, 1000)
	last.CanWait = true
	got = scenes.Scene(t.Context(), last)
	require.True(t, got.Early)
	require.Nil(t, got.Picture)
}

func TestRhythmWhenTheButtonWasPressed(t *testing.T) {
	folder, beats := filled(t)
	run := localize.Event{Patient: "p1", Device: "d1", Kind: "V", Start: beats[0].Time, End: beats[5].Time, Beats: 6, Confidence: 0.87}
	store := events{events: []localize.Event{run}}
	scenes := scene.New(folder, store, zerolog.Nop())
	pressed := func(at time.Duration, analysed time.Duration) notify.Subject {
		s := about(at, at)
		s.Alert.Kinds, s.Alert.Title, s.Alert.Pressed = nil, "Symptom button pressed", noon.Add(at)
		s.Analysed = noon.Add(analysed)
		return s
	}
	calm := scenes.Scene(t.Context(), pressed(60*time.Second, 2*time.Minute))
	require.Regexp(t, `^heart rate (6[5-9]|7[0-5]) per minute; the model found nothing of what it is asked for$`, calm.Rhythm)
	require.False(t, calm.Early)
	lookAt(t, calm.Picture)

	ill := scenes.Scene(t.Context(), pressed(33*time.Second, 2*time.Minute))
	require.Regexp(t, `^heart rate \d+ per minute; Premature ventricular contraction \(6 beats; very likely, 87 %\)$`, ill.Rhythm)

	soon := scenes.Scene(t.Context(), pressed(60*time.Second, 50*time.Second))
	require.True(t, soon.Early)
	require.Contains(t, soon.Rhythm, "what the model finds was not known yet when this was sent")
}

// Neither a missing archive nor one that does not answer keeps anybody waiting.
func TestArchivesThatFail(t *testing.T) {
	none := scene.New(filepath.Join(t.TempDir(), "none"), events{}, zerolog.Nop())
	require.ErrorIs(t, none.Check(), os.ErrNotExist)
	require.Equal(t, notify.Scene{Missing: "the archive of the signal cannot be read"}, none.Scene(t.Context(), about(0, 0)))

	// A pipe that nobody writes to is a disk that hangs.
	whole, _ := filled(t)
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(whole)))
	indexes, err := filepath.Glob(filepath.Join(folder, "*", "*", "*", "*.idx"))
	require.NoError(t, err)
	require.NotEmpty(t, indexes)
	for _, path := range indexes {
		require.NoError(t, os.Remove(path))
		require.NoError(t, syscall.Mkfifo(path, 0o600))
		t.Cleanup(func() { // lets the reader go
			w, err := os.OpenFile(path, os.O_RDWR, 0)
			require.NoError(t, err)
			require.NoError(t, w.Close())
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.Equal(t, notify.Scene{Missing: "it was not ready in time"}, scene.New(folder, events{}, zerolog.Nop()).Scene(ctx, about(30*time.Second, 33*time.Second)))
}

// A store of events that hangs costs the marks, not the picture.
func TestStoreOfEventsThatHangs(t *testing.T) {
	folder, _ := filled(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	got := scene.New(folder, events{hangs: true}, zerolog.Nop()).Scene(ctx, about(30*time.Second, 90*time.Second))
	lookAt(t, got.Picture)
	require.NoError(t, ctx.Err())
}
