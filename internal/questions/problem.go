package questions

import (
	"fmt"
	"net/http"

	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// Reason is why a question has no answer.
type Reason int

const (
	// Invalid says that the question cannot be answered as it is.
	Invalid Reason = iota
	// NoSignal says that there is no signal of the patient at that time.
	NoSignal
	// Busy says that too many questions wait already.
	Busy
	// Failed says that something failed.
	Failed
	// Nobody says that no analyzer has the patient.
	Nobody
	// Late says that the asker has waited long enough.
	Late
)

// Error says why a question has no answer, and what to do.
type Error struct {
	Reason Reason
	What   string
	Remedy string
}

func (e *Error) Error() string { return e.What + "; " + e.Remedy }

func problem(reason Reason, remedy, format string, args ...any) *Error {
	return &Error{reason, fmt.Errorf(format, args...).Error(), remedy}
}

func invalid(remedy, format string, args ...any) *Error {
	return problem(Invalid, remedy, format, args...)
}

// Status is the error's HTTP status.
func (e *Error) Status() int {
	switch e.Reason {
	case Invalid:
		return http.StatusBadRequest
	case NoSignal:
		return http.StatusNotFound
	case Busy:
		return http.StatusTooManyRequests
	case Nobody:
		return http.StatusServiceUnavailable
	case Late:
		return http.StatusGatewayTimeout
	default:
		return http.StatusInternalServerError
	}
}

// codes are the reasons that an analyzer gives.
var codes = map[Reason]holterv1.FailureCode{
	Invalid:  holterv1.FailureCode_FAILURE_CODE_INVALID,
	NoSignal: holterv1.FailureCode_FAILURE_CODE_NO_SIGNAL,
	Busy:     holterv1.FailureCode_FAILURE_CODE_BUSY,
	Failed:   holterv1.FailureCode_FAILURE_CODE_FAILED,
}

func (e *Error) failure() *holterv1.Answer_Failure {
	return &holterv1.Answer_Failure{Code: codes[e.Reason], What: e.What, Remedy: e.Remedy}
}

func fromFailure(f *holterv1.Answer_Failure) *Error {
	for reason, code := range codes {
		if code == f.GetCode() {
			return &Error{reason, f.GetWhat(), f.GetRemedy()}
		}
	}
	return &Error{Failed, f.GetWhat(), f.GetRemedy()}
}
