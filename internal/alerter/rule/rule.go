// Package rule reads the file of alert rules: what is looked for, in whom, how
// urgent it is, and how notifications are delivered. It checks the whole file
// and names the line of every mistake; it evaluates nothing.
package rule

import (
	"time"

	"github.com/holterd/holter/internal/alerter/alert"
)

// Set is a file of rules.
type Set struct {
	Version  int       `yaml:"version"` // of the file's format: 1
	Delivery Delivery  `yaml:"delivery"`
	Rules    []*Rule   `yaml:"rules"`
	Patients []Version `yaml:"patients"`
	People   []*Person `yaml:"people"`
	Groups   []*Group  `yaml:"groups"`
	OnCall   []*OnCall `yaml:"on_call"`
	Policies []*Policy `yaml:"policies"`
	// Policy is the one of rules that name none; empty: none, and only the
	// webhooks and services of the configuration are told.
	Policy string `yaml:"policy"`
}

// Delivery is how hard it is tried to tell somebody.
type Delivery struct {
	FirstRetry  time.Duration `yaml:"first_retry"`   // wait after the first failure; doubles
	LongestWait time.Duration `yaml:"longest_wait"`  // between two tries
	GiveUpAfter time.Duration `yaml:"give_up_after"` // since the alert
	Timeout     time.Duration `yaml:"timeout"`       // of one try
	// Group is how long a person's notification of medium or low priority waits
	// for others of the same patient, to be told with it; high priority never does.
	Group time.Duration `yaml:"group"`
}

// Rule is one condition to alert on: exactly one of those at its end is set.
type Rule struct {
	Name     string         `yaml:"name"`
	Title    string         `yaml:"title"` // empty: made from what the rule looks for
	Priority alert.Priority `yaml:"priority"`
	Class    alert.Class    `yaml:"class"` // default: technical for silent, else physiological

	// MinConfidence leaves out events that the model is less sure of, 0 to 1.
	MinConfidence float64 `yaml:"min_confidence"`
	// MinQuality leaves out what was seen in signal that shows its beats less well,
	// 0 to 1, see ecg.Quality. Default: 0 for events, 0.5 for what is made of beats
	// of all kinds: burden, rate and pause.
	MinQuality *float64 `yaml:"min_quality"`
	// ST leaves out ST events that rest on too little, and MinSTUV those whose
	// measured deviation is smaller, in µV of either sign.
	ST      Certainty `yaml:"st"`
	MinSTUV int       `yaml:"min_st_uv"`
	// Patients and Except are patterns of path.Match; without Patients, all.
	Patients []string `yaml:"patients"`
	Except   []string `yaml:"except"`

	// Key is a template of Rule, Patient, Device, Priority and Class: one
	// alert of a key is open at a time. Default: rule and patient, and the device
	// where the rule is about that.
	Key string `yaml:"key"`
	// ResolveAfter is how long the condition must not be met for the alert to
	// be over. Not for silent: that is over when the device is heard.
	ResolveAfter time.Duration `yaml:"resolve_after"`
	// Confirm is in how many windows of the analysis the condition must be seen;
	// default 1.
	Confirm int `yaml:"confirm"`
	// Policy is whom to tell, and when; default: the file's.
	Policy string `yaml:"policy"`
	// HoldsBack is for technical alerts: while one is open, nobody is notified of
	// new physiological alerts from its device up to this priority.
	HoldsBack alert.Priority `yaml:"holds_back"`
	// TellResolved sends a notification also when the alert is over; default
	// yes.
	TellResolved *bool `yaml:"tell_resolved"`

	Count    *Count    `yaml:"count"`
	Run      *Run      `yaml:"run"`
	Pattern  *Pattern  `yaml:"pattern"`
	Duration *Duration `yaml:"duration"`
	Burden   *Burden   `yaml:"burden"`
	Rate     *Rate     `yaml:"rate"`
	Pause    *Pause    `yaml:"pause"`
	Noise    *Noise    `yaml:"noise"`
	Button   *Button   `yaml:"button"`
	Silent   *Silent   `yaml:"silent"`
	LeadsOff *LeadsOff `yaml:"leads_off"`
	Battery  *Battery  `yaml:"battery"`
	Clock    *Clock    `yaml:"clock"`
	Behind   *Behind   `yaml:"behind"`

	key keyTemplate
}

// Certainty is what an ST event must rest on at least.
type Certainty string

const (
	// AnyST takes every event of the kinds, also those that the model located and
	// the signal was not measured to show.
	AnyST Certainty = ""
	// MeasuredST takes those that were measured, confirmed by the model or not. The
	// confidence of one that is not confirmed is 0.
	MeasuredST Certainty = "measured"
	// CertainST takes those that were measured and that the model located too.
	CertainST Certainty = "certain"
)

// Button is met by a press of the symptom button.
type Button struct{}

// LeadsOff is met by a device that reports leads without contact for so long.
type LeadsOff struct {
	For time.Duration `yaml:"for"`
}

// Battery is met by a device whose battery is below so many percent.
type Battery struct {
	Below float64 `yaml:"below"`
}

// Clock is met by a device whose samples are stamped so far from the time of
// their arrival.
type Clock struct {
	OffBy time.Duration `yaml:"off_by"`
}

// Behind is met when the newest signal of a device waits for its analysis for so
// long.
type Behind struct {
	For time.Duration `yaml:"for"`
}

// Count is met by so many beats of the kinds within a time; of kinds that are
// not beats, episodes are counted.
type Count struct {
	Kinds   []string      `yaml:"kinds"`
	AtLeast int           `yaml:"at_least"`
	Within  time.Duration `yaml:"within"`
}

// Run is met by so many beats of the kinds in a row: no other beat between them,
// and each at most MaxInterval after the one before.
type Run struct {
	Kinds       []string      `yaml:"kinds"`
	AtLeast     int           `yaml:"at_least"`
	MaxInterval time.Duration `yaml:"max_interval"`
	// FasterThan is the mean rate, beats per minute, that it must exceed, and
	// Lasting how long it must last, from its first beat to its last; default: any.
	FasterThan float64       `yaml:"faster_than"`
	Lasting    time.Duration `yaml:"lasting"`
}

// Duration is met by an episode of the kinds that lasts so long; events at most
// MaxGap apart are one episode.
type Duration struct {
	Kinds   []string      `yaml:"kinds"`
	AtLeast time.Duration `yaml:"at_least"`
	MaxGap  time.Duration `yaml:"max_gap"`
}

// Silent is met by a device of which no new signal has come for so long, by
// the clock on the wall.
type Silent struct {
	For time.Duration `yaml:"for"`
	// LastWill is the time after which the rule is met when the broker says
	// that the device is gone; default and at most For.
	LastWill time.Duration `yaml:"last_will"`
}

// OfDevice tells whether the rule is about a device's state, not about events.
func (r *Rule) OfDevice() bool {
	return r.Silent != nil || r.LeadsOff != nil || r.Battery != nil || r.Clock != nil || r.Behind != nil
}

// OfWindows tells whether the rule is about analysed windows: their beats and
// their signal, not events.
func (r *Rule) OfWindows() bool {
	return r.Burden != nil || r.Rate != nil || r.Pause != nil || r.Noise != nil
}

// aboutDevice tells whether it is the device that is at fault.
func (r *Rule) aboutDevice() bool { return r.OfDevice() || r.Noise != nil }

// Kinds are the codes that the rule looks for, none where events do not count.
func (r *Rule) Kinds() []string {
	switch {
	case r.Count != nil:
		return r.Count.Kinds
	case r.Run != nil:
		return r.Run.Kinds
	case r.Pattern != nil:
		return r.Pattern.Kinds
	case r.Burden != nil:
		return r.Burden.Kinds
	case r.Duration != nil:
		return r.Duration.Kinds
	default:
		return nil
	}
}

// Type is the name of what is set.
func (r *Rule) Type() string {
	for name, is := range r.types() {
		if is {
			return name
		}
	}
	return ""
}

func (r *Rule) types() map[string]bool {
	return map[string]bool{
		"count": r.Count != nil, "run": r.Run != nil, "pattern": r.Pattern != nil, "duration": r.Duration != nil,
		"burden": r.Burden != nil, "rate": r.Rate != nil, "pause": r.Pause != nil, "noise": r.Noise != nil, "button": r.Button != nil,
		"silent": r.Silent != nil, "leads_off": r.LeadsOff != nil, "battery": r.Battery != nil,
		"clock": r.Clock != nil, "behind": r.Behind != nil,
	}
}
