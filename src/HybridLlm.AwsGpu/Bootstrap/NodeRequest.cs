using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>
/// What a node asks with: its two public keys, the AWS-signed identity document, and the proof that it holds the Nebula key.
/// Six lines of text, so that <c>sh</c> can write it. Reading it trusts nothing; <see cref="NodeEnrolment"/> judges it.
/// </summary>
public sealed class NodeRequest
{
    /// <summary>Most bytes a request may have; a longer object is not one.</summary>
    public const int MaxBytes = 16 * 1024;

    private const string Version = "hybridllm-request-1";

    private static readonly SearchValues<byte> s_plainText = SearchValues.Create([
        (byte)'\n',
        .. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (byte)c),
    ]);

    private readonly byte[] _bytes;

    private NodeRequest(
        byte[] bytes,
        string wakeId,
        X25519PublicKey nebulaKey,
        X25519PublicKey mailboxKey,
        byte[] proof,
        string identity
    )
    {
        _bytes = bytes;
        WakeId = wakeId;
        NebulaKey = nebulaKey;
        MailboxKey = mailboxKey;
        Proof = proof;
        Identity = identity;
    }

    /// <summary>The wake the node says it belongs to.</summary>
    public string WakeId { get; }

    /// <summary>The key to put into the node's Nebula certificate.</summary>
    public X25519PublicKey NebulaKey { get; }

    /// <summary>The key the reply is sealed to.</summary>
    public X25519PublicKey MailboxKey { get; }

    /// <summary>Base64 of the PKCS#7 identity document, one line.</summary>
    public string Identity { get; }

    /// <summary>The object's bytes, exactly as stored: the reply is bound to them.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    private byte[] Proof { get; }

    /// <summary>Writes a request and the proof in it; what the node's script does with openssl.</summary>
    /// <exception cref="ArgumentException">The controller's key is one nobody can agree with.</exception>
    public static NodeRequest Create(
        NodeBoot boot,
        X25519PrivateKey nebulaKey,
        X25519PublicKey mailboxKey,
        string identity
    )
    {
        ArgumentNullException.ThrowIfNull(boot);
        ArgumentNullException.ThrowIfNull(nebulaKey);
        ArgumentNullException.ThrowIfNull(mailboxKey);
        ArgumentNullException.ThrowIfNull(identity);
        var secret =
            nebulaKey.Agree(boot.ControllerKey)
            ?? throw new ArgumentException("The controller's key has small order.", nameof(boot));
        var proof = Prove(secret, boot.WakeId, boot.ControllerKey, nebulaKey.PublicKey, mailboxKey, identity);
        var text = string.Join(
            '\n',
            Version,
            $"wake {boot.WakeId}",
            $"nebula-key {nebulaKey.PublicKey}",
            $"mailbox-key {mailboxKey}",
            $"proof {Convert.ToHexStringLower(proof)}",
            $"identity {identity}",
            ""
        );
        return new NodeRequest(
            Encoding.ASCII.GetBytes(text),
            boot.WakeId,
            nebulaKey.PublicKey,
            mailboxKey,
            proof,
            identity
        );
    }

    /// <summary>Reads a request object.</summary>
    /// <exception cref="FormatException">It does not have the form of a request; says which line.</exception>
    public static NodeRequest Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxBytes || bytes.ContainsAnyExcept(s_plainText))
        {
            throw new FormatException($"A request is plain text of at most {MaxBytes} bytes.");
        }

        var lines = Encoding.ASCII.GetString(bytes).Split('\n');
        if (lines.Length != 7 || lines[0] != Version || lines[6].Length != 0)
        {
            throw new FormatException($"A request has six lines, the first is '{Version}'.");
        }

        string Field(int line, string name) =>
            lines[line].StartsWith(name + ' ', StringComparison.Ordinal)
                ? lines[line][(name.Length + 1)..]
                : throw new FormatException($"Line {line + 1} of a request is its {name}.");
        X25519PublicKey Key(int line, string name) =>
            X25519PublicKey.TryParse(Field(line, name), out var key)
                ? key!
                : throw new FormatException($"The request's {name} is no X25519 key.");

        var proof = Field(4, "proof");
        if (proof.Length != 64 || !proof.All(char.IsAsciiHexDigitLower))
        {
            throw new FormatException("The request's proof is not 64 lower-case hex digits.");
        }

        return new NodeRequest(
            bytes.ToArray(),
            Field(1, "wake"),
            Key(2, "nebula-key"),
            Key(3, "mailbox-key"),
            Convert.FromHexString(proof),
            Field(5, "identity")
        );
    }

    /// <summary>Whether the sender holds the private half of <see cref="NebulaKey"/>.</summary>
    internal bool ProvesPossession(X25519PrivateKey controller)
    {
        var secret = controller.Agree(NebulaKey);
        return secret is not null
            && CryptographicOperations.FixedTimeEquals(
                Proof,
                Prove(secret, WakeId, controller.PublicKey, NebulaKey, MailboxKey, Identity)
            );
    }

    private static byte[] Prove(
        byte[] secret,
        string wakeId,
        X25519PublicKey controller,
        X25519PublicKey nebula,
        X25519PublicKey mailbox,
        string identity
    )
    {
        var identityDigest = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(identity)));
        var message = $"hybridllm-proof-1|{wakeId}|{controller}|{nebula}|{mailbox}|{identityDigest}";
        return HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(message));
    }
}
