package localize

import "strings"

// ConditionKind tells what a condition is made of, and with that how its spans
// are counted and joined.
type ConditionKind int

const (
	// Beat conditions are single abnormal beats; a span runs from the beat
	// before to the beat after.
	Beat ConditionKind = iota
	// Rhythm conditions last for a time; their spans are the episode itself.
	Rhythm
	// ST conditions are episodes of a shifted ST segment.
	ST
)

// String gives the kind's name: beat, rhythm or st.
func (k ConditionKind) String() string {
	switch k {
	case Beat:
		return "beat"
	case Rhythm:
		return "rhythm"
	default:
		return "st"
	}
}

// Condition is something a model can be asked to locate.
type Condition struct {
	// Code is short and stable: V, A, AFIB, …. It is an event's kind.
	Code string
	// Name is the name in questions and answers.
	Name string
	// SNOMED is the SNOMED CT concept, empty where none fits for certain.
	SNOMED string
	// Kind tells what the condition is made of.
	Kind ConditionKind
	// Symbols are the beat symbols (MIT annotation code) of a Beat condition.
	Symbols []string
}

// IsZero tells whether the condition is none.
func (c Condition) IsZero() bool { return c.Code == "" }

// HasSymbol tells whether a beat of that MIT symbol is one of the condition's.
func (c Condition) HasSymbol(symbol string) bool {
	for _, s := range c.Symbols {
		if s == symbol {
			return true
		}
	}
	return false
}

// Conditions lists all conditions, beats first. It is not to be modified.
//
// The names of V, A, S, L and R are those of the anyECG-Localization data. The
// symbols are one to one, as in that data: an aberrated atrial premature beat
// (a) or an R-on-T beat (r) has a symbol of its own and is not asked for.
var Conditions = []Condition{
	{Code: "V", Name: "Premature ventricular contraction", SNOMED: "17338001", Kind: Beat, Symbols: []string{"V"}},
	{Code: "A", Name: "Atrial premature beat", SNOMED: "284470004", Kind: Beat, Symbols: []string{"A"}},
	{Code: "S", Name: "Supraventricular premature or ectopic beat (atrial or nodal)", SNOMED: "63593006", Kind: Beat, Symbols: []string{"S"}},
	{Code: "L", Name: "Left bundle branch block beat", SNOMED: "164909002", Kind: Beat, Symbols: []string{"L"}},
	{Code: "R", Name: "Right bundle branch block beat", SNOMED: "59118001", Kind: Beat, Symbols: []string{"R"}},
	{Code: "F", Name: "Fusion of ventricular and normal beat", SNOMED: "13640000", Kind: Beat, Symbols: []string{"F"}},
	{Code: "/", Name: "Paced beat", SNOMED: "10370003", Kind: Beat, Symbols: []string{"/"}},
	{Code: "AFIB", Name: "Atrial fibrillation", SNOMED: "49436004", Kind: Rhythm},
	{Code: "AFL", Name: "Atrial flutter", SNOMED: "5370000", Kind: Rhythm},
	{Code: "VT", Name: "Ventricular tachycardia", SNOMED: "25569003", Kind: Rhythm},
	{Code: "SVTA", Name: "Supraventricular tachyarrhythmia", Kind: Rhythm},
	{Code: "B", Name: "Ventricular bigeminy", SNOMED: "11157007", Kind: Rhythm},
	{Code: "T", Name: "Ventricular trigeminy", SNOMED: "251180001", Kind: Rhythm},
	{Code: "P", Name: "Pause", Kind: Rhythm},
	{Code: "STE", Name: "ST segment elevation", SNOMED: "76388001", Kind: ST},
	{Code: "STD", Name: "ST segment depression", SNOMED: "26141007", Kind: ST},
	{Code: "ST", Name: "ST segment change", SNOMED: "55930002", Kind: ST},
}

// ByCode finds a condition by its code, exactly as written.
func ByCode(code string) (Condition, bool) {
	for _, c := range Conditions {
		if c.Code == code {
			return c, true
		}
	}
	return Condition{}, false
}

// ByName finds a condition by its name, whatever its case and white space.
func ByName(name string) (Condition, bool) {
	want := fold(name)
	for _, c := range Conditions {
		if fold(c.Name) == want {
			return c, true
		}
	}
	return Condition{}, false
}

// fold lowers the case and makes every run of white space one space.
func fold(text string) string {
	return strings.Join(strings.Fields(strings.ToLower(text)), " ")
}
