import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import java.nio.file.Files;
import java.nio.file.Path;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;

/**
 * Validates FHIR R4 resources in JSON files with HL7's validator and the profiles of R4. It knows the code systems of
 * FHIR and UCUM; codes of others are taken as they are, with a warning.
 */
public class Validate {
    public static void main(String[] files) throws Exception {
        var context = FhirContext.forR4();
        var support = new ValidationSupportChain(
                new DefaultProfileValidationSupport(context),
                new InMemoryTerminologyServerValidationSupport(context),
                new CommonCodeSystemsTerminologyService(context));
        var validator = context.newValidator().registerValidatorModule(new FhirInstanceValidator(support));
        for (var file : files) {
            int errors = 0;
            for (var issue : validator.validateWithResult(Files.readString(Path.of(file))).getMessages()) {
                boolean error = issue.getSeverity().compareTo(ResultSeverityEnum.ERROR) >= 0;
                if (error) {
                    errors++;
                    System.out.printf("%s: %s: %s%n", file, issue.getLocationString(), issue.getMessage());
                }
            }
            System.out.printf("%s: %d errors%n", file, errors);
        }
    }
}
