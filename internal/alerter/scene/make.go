package scene

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/holterd/holter/internal/alerter/notify"
	"github.com/holterd/holter/internal/archive"
	"github.com/holterd/holter/internal/influx"
	"github.com/holterd/holter/internal/picture"
	"github.com/holterd/holter/internal/strip"
	"github.com/holterd/holter/pkg/ecg"
	"github.com/holterd/holter/pkg/localize"
)

// maker makes one scene.
type maker struct {
	*Scenes
	notify.Subject
	kept *archive.Archive
}

const (
	mostLeads = 2
	// dpi is for the screen of a phone, and less to send than picture.DPI.
	dpi = 110
	// longest is how long before a strip an event may have begun that goes on in
	// it.
	longest = 24 * time.Hour
	// soon is how far behind the end of a strip the archive is looked through for
	// signal: where there is some, no more will come.
	soon = time.Minute
	// jitter is how far a device's times may be off.
	jitter = 200 * time.Millisecond
)

// scene makes it; asking is how long the store of events may be asked.
func (m *maker) scene(asking context.Context) (notify.Scene, error) {
	parts, err := m.parts(asking)
	if err != nil {
		return notify.Scene{Missing: noArchive}, err
	}
	out := notify.Scene{Missing: noSignal}
	if out.Early, err = m.early(parts); err != nil {
		return notify.Scene{Missing: noArchive}, err
	}
	if out.Early && m.CanWait {
		return out, nil
	}
	page := picture.Page{Title: fmt.Sprintf("Patient %s, device %s: %s", m.Alert.Patient, m.Alert.Device, m.Alert.Title)}
	for _, p := range parts {
		track, err := strip.Find(m.kept, m.Alert.Patient, m.Alert.Device, p.from, p.to)
		if err != nil {
			return notify.Scene{Missing: noArchive}, err
		}
		if track == nil {
			continue
		}
		rec, err := track.Recording()
		if err != nil {
			return notify.Scene{Missing: noArchive}, err
		}
		found, known := m.found(asking, rec)
		if !m.Alert.Pressed.IsZero() {
			out.Rhythm = rhythm(rec, found, known && m.analysed(p))
		}
		drawing := strip.Of(rec, track.Device, found, strip.Options{Zone: m.Zone, MostLeads: mostLeads, Prefer: m.prefer(rec)})
		if len(drawing.Leads) == 0 {
			out.Missing = noContact
			continue
		}
		drawing.Rows = append(drawing.Rows, m.own(rec, len(found) == 0)...)
		page.Sections = append(page.Sections, picture.Section{Title: p.title + legend(drawing.Rows), Strips: []picture.Strip{drawing}})
	}
	if len(page.Sections) == 0 {
		return out, nil
	}
	var png bytes.Buffer
	if err := picture.PNGAt(&png, page, dpi); err != nil {
		out.Missing = notDrawn
		return out, err
	}
	out.Picture, out.Missing = png.Bytes(), ""
	return out, nil
}

// early tells whether the archive may soon have more of the parts, or the store of
// events of what a press needs.
func (m *maker) early(parts []part) (bool, error) {
	for _, p := range parts {
		if !m.Alert.Pressed.IsZero() && !m.analysed(p) {
			return true, nil
		}
		stretches, err := m.kept.Read(m.Alert.Patient, p.from, p.to.Add(soon))
		if err != nil {
			return false, err
		}
		if !slices.ContainsFunc(stretches, func(s *archive.Stretch) bool {
			return s.Device == m.Alert.Device && s.End().After(p.to.Add(-jitter))
		}) {
			return true, nil
		}
	}
	return false, nil
}

// analysed tells whether the model has seen nearly all of a part.
func (m *maker) analysed(p part) bool { return !m.Analysed.Before(p.to.Add(-time.Second)) }

// found are the stored events in a recording; known is false when they could not
// be read.
func (m *maker) found(asking context.Context, rec *ecg.Recording) (all []localize.Event, known bool) {
	f := influx.Filter{Patient: m.Alert.Patient, Since: rec.Start.Add(-longest), Until: rec.Start.Add(rec.Duration()), EndsAfter: rec.Start}
	for e, err := range m.events.QueryEvents(asking, f) {
		if err != nil {
			m.log.Warn().Err(err).Str("alert", m.Alert.ID).Msg("a picture of the signal goes out without marks")
			return nil, false
		}
		if e.Device == m.Alert.Device {
			all = append(all, e)
		}
	}
	return all, true
}

// own marks what the alert itself knows: the press of the button, or the time that
// it is about where no event is marked.
func (m *maker) own(rec *ecg.Recording, bare bool) []picture.Row {
	a := m.Alert
	at := func(t time.Time) float64 { return t.Sub(rec.Start).Seconds() }
	switch {
	case !a.Pressed.IsZero():
		return []picture.Row{{Label: "button", Colour: picture.Purple, Spans: localize.Spans{{Start: at(a.Pressed) - 0.1, End: at(a.Pressed) + 0.1}}}}
	case bare:
		return []picture.Row{{Label: "alert", Colour: picture.Purple, Spans: localize.Spans{{Start: at(a.Start), End: at(a.Updated)}}}}
	}
	return nil
}

// prefer is the lead that shows an ST deviation most, by the device's name.
func (m *maker) prefer(rec *ecg.Recording) string {
	slots, err := ecg.AssignSlots(rec.Names())
	if m.Alert.ST == nil || err != nil {
		return ""
	}
	if i := slices.IndexFunc(slots, func(s ecg.Slot) bool { return s.String() == m.Alert.ST.Lead }); i >= 0 {
		return rec.Leads[i].Name
	}
	return ""
}

// legend names the conditions of the rows.
func legend(rows []picture.Row) string {
	var all []string
	for _, r := range rows {
		if c, ok := localize.ByCode(r.Label); ok {
			all = append(all, c.Code+": "+c.Name)
		}
	}
	if len(all) == 0 {
		return ""
	}
	return " (" + strings.Join(all, "; ") + ")"
}
