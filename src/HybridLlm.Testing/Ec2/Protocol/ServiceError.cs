namespace HybridLlm.Testing.Ec2.Protocol;

/// <summary>An error as AWS would answer it.</summary>
/// <param name="code">AWS's code, e.g. <c>InvalidVpcID.NotFound</c>.</param>
/// <param name="message">AWS's text.</param>
/// <param name="status">HTTP status.</param>
internal sealed class ServiceError(string code, string message, int status = 400) : Exception(message)
{
    public string Code => code;

    public int Status => status;

    /// <summary>What the emulator does not do, said loudly: a silent gap would let a wrong client pass.</summary>
    public static ServiceError Gap(string what) =>
        new("EmulatorGap", $"EmulatorGap: {what} is not emulated by HybridLlm.Testing.", 500);

    public static ServiceError Missing(string parameter) =>
        new("MissingParameter", $"The request must contain the parameter {parameter}");

    public static ServiceError Invalid(string parameter, string? value, string why = "is invalid.") =>
        new("InvalidParameterValue", $"Value ({value}) for parameter {parameter} {why}");

    public static ServiceError Combination(string message) => new("InvalidParameterCombination", message);

    public static ServiceError Dependency(string message) => new("DependencyViolation", message);
}
