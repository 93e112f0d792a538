using System.Buffers;
using System.Security.Cryptography;

namespace HybridLlm.Liqo;

/// <summary>Ids by which Liqo clusters know each other.</summary>
public static class ClusterId
{
    /// <summary>
    /// Longest id accepted, characters. Liqo allows 63, but puts the id behind <c>liqo-tenant-</c> and an offloaded
    /// namespace's name, which must fit 63 as well.
    /// </summary>
    public const int MaxLength = 40;

    private const string Symbols = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const int RandomLength = 8;
    private static readonly SearchValues<char> s_inner = SearchValues.Create(Symbols + "-");

    /// <summary>Whether Liqo and Kubernetes accept the id: lower-case letters, digits and inner hyphens.</summary>
    /// <param name="id">The id.</param>
    public static bool IsValid(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Length is > 0 and <= MaxLength
            && !id.AsSpan().ContainsAnyExcept(s_inner)
            && id[0] != '-'
            && id[^1] != '-';
    }

    /// <summary>
    /// An id no cluster has had. Each incarnation of a rented cluster needs one: an id that returns with other keys cannot
    /// be peered again.
    /// </summary>
    /// <param name="prefix">What the id begins with, up to 31 characters, e.g. <c>aws-gpu</c>.</param>
    /// <exception cref="ArgumentException"><paramref name="prefix"/> would not make a valid id.</exception>
    public static string Fresh(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var id = $"{prefix}-{RandomNumberGenerator.GetString(Symbols, RandomLength)}";
        return IsValid(id)
            ? id
            : throw new ArgumentException(
                $"'{prefix}' cannot begin a cluster id: 1–31 lower-case letters, digits and inner hyphens.",
                nameof(prefix)
            );
    }
}
