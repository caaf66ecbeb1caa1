package localize

import "strings"

// placeholder stands for the condition's name in a question form.
const placeholder = "{X}"

// usual is the form that Question gives.
const usual = "Where is the {X} located in this ECG?"

// forms are the question forms of the anyECG-Localization data.
var forms = []string{
	"Locate the {X} on this ECG for me, please.",
	"Could you identify where the {X} is on this ECG?",
	"Where should I look to find the {X} on this ECG?",
	"Please locate the specific location of the {X} on this ECG.",
	"Determine where the {X} is on this electrocardiogram.",
	"On this ECG, where can I see the {X}?",
	"Tell me where to find the {X} on this ECG.",
	"Help me find where the {X} shows up on this ECG.",
	"Can you locate the {X} on this ECG?",
	"Examine this ECG and point out where the {X} is located.",
	usual,
	"I need to find the {X} on this ECG; where should I look?",
	"Check this ECG and tell me where the {X} appears.",
}

// Question asks for a condition in the usual form.
func Question(c Condition) string {
	return strings.Replace(usual, placeholder, c.Name, 1)
}

// Questions asks for a condition in all known forms.
func Questions(c Condition) []string {
	out := make([]string, len(forms))
	for i, form := range forms {
		out[i] = strings.Replace(form, placeholder, c.Name, 1)
	}
	return out
}

// ParseQuestion tells which condition a localization question asks for. Case,
// white space and punctuation at the end do not matter. A question of another
// form, or for an unknown condition, is none: false.
func ParseQuestion(text string) (Condition, bool) {
	question := bare(text)
	for _, form := range forms {
		before, after, _ := strings.Cut(bare(form), fold(placeholder))
		name, ok := strings.CutPrefix(question, before)
		if !ok {
			continue
		}
		if name, ok = strings.CutSuffix(name, after); !ok {
			continue
		}
		if c, known := ByName(name); known {
			return c, true
		}
	}
	return Condition{}, false
}

// bare folds a sentence and drops the punctuation at its end.
func bare(text string) string {
	return strings.TrimRight(fold(text), " .?!")
}
