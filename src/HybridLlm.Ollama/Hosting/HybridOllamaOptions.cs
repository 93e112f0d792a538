using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace HybridLlm.Ollama.Hosting;

/// <summary>An Ollama server an app uses.</summary>
public sealed class HybridOllamaOptions : IValidatableObject
{
    /// <summary>Root of the server.</summary>
    [Required]
    public Uri Address { get; set; } = new("http://127.0.0.1:11434");

    /// <summary>Roots of other servers with the same models, where an answer goes on if the first is lost, in order; empty for none.</summary>
    public IList<Uri> Fallbacks { get; } = [];

    /// <summary>Model of requests that name none; null to demand one each time.</summary>
    [StringLength(300, MinimumLength = 1)]
    public string? Model { get; set; }

    /// <summary>Longest time a connection may take to come about, seconds; 1 to 300. Answers have no limit.</summary>
    [Range(1, 300)]
    public int ConnectTimeoutSeconds { get; set; } = 10;

    /// <summary>Tries beyond the first of a call that changes nothing and was not answered; 0 to 10. Answers are never tried again.</summary>
    [Range(0, 10)]
    public int Retries { get; set; } = 3;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Address is not null && !IsRoot(Address))
        {
            yield return new ValidationResult(
                $"{Address} is not an absolute http or https address.",
                [nameof(Address)]
            );
        }

        foreach (var other in Fallbacks.Where(f => f is null || !IsRoot(f)))
        {
            yield return new ValidationResult(
                $"{other} is not an absolute http or https address.",
                [nameof(Fallbacks)]
            );
        }
    }

    private static bool IsRoot(Uri address) =>
        address.IsAbsoluteUri
        && address.Scheme is "http" or "https"
        && address.Query.Length + address.Fragment.Length == 0;
}

[OptionsValidator]
internal sealed partial class HybridOllamaOptionsValidator : IValidateOptions<HybridOllamaOptions>;
