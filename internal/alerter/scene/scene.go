// Package scene shows what an alert is about: the strip around its onset and its
// worst part, from the signal archive, with what the model found marked; and, of
// the symptom button, the rhythm when it was pressed.
//
// Nothing here is needed to tell of an alert. Whatever fails or takes too long,
// a Scene says what is missing, in words for the reader; the log has the cause.
package scene

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/singleflight"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/notify"
	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/pkg/localize"
)

// Events is the store of events.
type Events interface {
	QueryEvents(ctx context.Context, f influx.Filter) iter.Seq2[localize.Event, error]
	QueryBeats(ctx context.Context, f influx.Filter) iter.Seq2[influx.Beat, error]
}

const (
	// together is how many scenes are made at once: a disk that hangs must not
	// gather all that was asked of it.
	together = 4
	// waitForRoom is how long one waits for its turn.
	waitForRoom = 10 * time.Second
	// eventsWithin is how long the store of events may take for a scene: a strip
	// without marks is better than none.
	eventsWithin = time.Second
)

// Scenes makes scenes from an archive and a store of events. It implements
// notify.Scenes.
type Scenes struct {
	folder string
	events Events
	log    zerolog.Logger
	room   chan struct{}
	making singleflight.Group
}

// New returns scenes of the archive in the folder, which may come to be there
// later.
func New(folder string, events Events, log zerolog.Logger) *Scenes {
	return &Scenes{folder: folder, events: events, log: log, room: make(chan struct{}, together)}
}

// Check says why the archive cannot be read; nil when it can.
func (s *Scenes) Check() error {
	_, err := os.ReadDir(s.folder)
	return err
}

// What a reader is told of what is missing.
const (
	late      = "it was not ready in time"
	noArchive = "the archive of the signal cannot be read"
	noSignal  = "the archive has no signal of that time"
	noContact = "no lead had contact"
	notDrawn  = "it could not be drawn"
)

// Scene implements notify.Scenes. Readers of one zone who are told of one alert
// share its scene.
func (s *Scenes) Scene(ctx context.Context, about notify.Subject) notify.Scene {
	if about.Alert.Class == alert.Technical {
		return notify.Scene{}
	}
	if about.Zone == nil {
		about.Zone = time.UTC
	}
	a := about.Alert
	key := fmt.Sprint(a.ID, a.Updated.UnixNano(), about.Zone, about.Analysed.UnixNano(), about.CanWait)
	made := s.making.DoChan(key, func() (any, error) { return s.make(context.WithoutCancel(ctx), about) })
	select {
	case got := <-made:
		if got.Err != nil {
			s.log.Warn().Err(got.Err).Str("alert", a.ID).Str("patient", a.Patient).Msg("a message goes out without a picture of the signal")
		}
		return got.Val.(notify.Scene)
	case <-ctx.Done():
		return notify.Scene{Missing: late}
	}
}

var errNoRoom = errors.New("other pictures take too long: is the disk of archive.folder slow?")

func (s *Scenes) make(ctx context.Context, about notify.Subject) (notify.Scene, error) {
	select {
	case s.room <- struct{}{}:
		defer func() { <-s.room }()
	case <-time.After(waitForRoom):
		return notify.Scene{Missing: late}, errNoRoom
	}
	kept, err := archive.Open(s.folder)
	if err != nil {
		return notify.Scene{Missing: noArchive}, err
	}
	asking, cancel := context.WithTimeout(ctx, eventsWithin)
	defer cancel()
	m := maker{Scenes: s, Subject: about, kept: kept}
	scene, err := m.scene(asking)
	if errors.Is(err, os.ErrNotExist) {
		return notify.Scene{Missing: noSignal}, nil // swept meanwhile
	}
	return scene, err
}
