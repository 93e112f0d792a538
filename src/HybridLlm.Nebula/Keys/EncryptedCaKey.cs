using System.Security.Cryptography;
using HybridLlm.Nebula.Encoding;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;

namespace HybridLlm.Nebula.Keys;

/// <summary>
/// A certificate authority's key under a passphrase, in nebula-cert's own format: AES-256-GCM with a key from Argon2id (nebula
/// <c>cert/crypto.go</c>). Readable by nebula-cert 1.7 and later.
/// </summary>
public sealed class EncryptedCaKey
{
    private const int Argon2Version = 19;
    private const string Algorithm = "AES-256-GCM";
    private const int SaltLength = 32;
    private const int MinSaltLength = 16;
    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly byte[] _salt;
    private readonly byte[] _sealed;

    private EncryptedCaKey(NebulaCurve curve, Argon2Settings settings, byte[] salt, byte[] sealedKey)
    {
        Curve = curve;
        Settings = settings;
        _salt = salt;
        _sealed = sealedKey;
    }

    /// <summary>Curve of the key inside.</summary>
    public NebulaCurve Curve { get; }

    /// <summary>What opening it costs.</summary>
    public Argon2Settings Settings { get; }

    /// <summary>Encrypts a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="passphrase">Not empty; its UTF-8 counts.</param>
    /// <param name="settings">What opening it shall cost; null for nebula-cert's default.</param>
    public static EncryptedCaKey Encrypt(CaKeyPair key, string passphrase, Argon2Settings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrEmpty(passphrase);
        settings ??= new Argon2Settings();
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.MemoryKiB, 8, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Iterations, 1, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfLessThan(settings.Parallelism, 1, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(settings.Parallelism, byte.MaxValue, nameof(settings));

        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        var nonce = RandomNumberGenerator.GetBytes(NonceLength);
        var plain = key.ExportPrivateKey();
        var cipher = new byte[plain.Length];
        var tag = new byte[TagLength];
        using AesGcm aes = new(DeriveKey(passphrase, salt, settings), TagLength);
        aes.Encrypt(nonce, plain, cipher, tag);
        CryptographicOperations.ZeroMemory(plain);
        return new EncryptedCaKey(key.Curve, settings, salt, [.. nonce, .. cipher, .. tag]);
    }

    /// <summary>Reads <c>NEBULA ED25519 ENCRYPTED PRIVATE KEY</c> or <c>NEBULA ECDSA P256 ENCRYPTED PRIVATE KEY</c>.</summary>
    /// <exception cref="NebulaFormatException">The text holds no such block, or one with unknown parameters.</exception>
    public static EncryptedCaKey ParsePem(string pem)
    {
        var (curve, content) = KeyPem.Read(KeyBanner.CaEncrypted, pem);
        try
        {
            return Read(curve, content);
        }
        catch (FormatException e)
        {
            throw Malformed(e.Message.TrimEnd('.'), e);
        }
    }

    /// <summary>Whether a PEM text begins with an encrypted key.</summary>
    public static bool IsEncrypted(string pem)
    {
        ArgumentNullException.ThrowIfNull(pem);
        var label = new PemReader(pem).TryRead(out var block) ? block.Label : null;
        return KeyBanner.CaEncrypted.Any(banner => banner.Label == label);
    }

    /// <summary>The file, as nebula-cert writes it.</summary>
    public string ToPem()
    {
        var argon2 = new ProtobufWriter()
            .Varint(1, Argon2Version)
            .Varint(2, (ulong)Settings.MemoryKiB)
            .Varint(3, (ulong)Settings.Iterations)
            .Varint(4, (ulong)Settings.Parallelism)
            .Bytes(5, _salt);
        var metadata = new ProtobufWriter().Text(1, Algorithm).Message(2, argon2);
        var content = new ProtobufWriter().Message(1, metadata).Bytes(2, _sealed);
        return KeyPem.Write(KeyBanner.CaEncrypted, Curve, content.ToArray());
    }

    /// <summary>Opens the key. Takes as much memory as <see cref="Settings"/> say.</summary>
    /// <param name="passphrase">The passphrase.</param>
    /// <param name="limits">What it may cost; null for nebula-cert's default and a little more.</param>
    /// <exception cref="NebulaException">The passphrase is wrong, or opening costs more than the limits.</exception>
    public CaKeyPair Decrypt(string passphrase, Argon2Limits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(passphrase);
        CheckCost(limits ?? new Argon2Limits());
        var plain = new byte[_sealed.Length - NonceLength - TagLength];
        try
        {
            using AesGcm aes = new(DeriveKey(passphrase, _salt, Settings), TagLength);
            aes.Decrypt(
                _sealed.AsSpan(0, NonceLength),
                _sealed.AsSpan(NonceLength, plain.Length),
                _sealed.AsSpan(^TagLength..),
                plain
            );
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new NebulaException(
                new NebulaFault(
                    "key-passphrase",
                    "The passphrase is wrong, or the key file is damaged.",
                    "Try the passphrase again; it was set when the authority was made or its passphrase last changed."
                ),
                e
            );
        }

        var pair = CaKeyPair.FromPrivateKey(Curve, plain);
        CryptographicOperations.ZeroMemory(plain);
        return pair;
    }

    /// <summary>The same key under another passphrase.</summary>
    /// <param name="passphrase">The passphrase now.</param>
    /// <param name="newPassphrase">The passphrase wanted.</param>
    /// <param name="newSettings">What opening it shall cost from now on; null for as much as now.</param>
    /// <param name="limits">What opening it may cost now; null for nebula-cert's default and a little more.</param>
    /// <exception cref="NebulaException">The passphrase is wrong, or opening costs more than the limits.</exception>
    public EncryptedCaKey ChangePassphrase(
        string passphrase,
        string newPassphrase,
        Argon2Settings? newSettings = null,
        Argon2Limits? limits = null
    ) => Encrypt(Decrypt(passphrase, limits), newPassphrase, newSettings ?? Settings);

    private static EncryptedCaKey Read(NebulaCurve curve, ReadOnlySpan<byte> content)
    {
        Parameters parameters = new();
        byte[] sealedKey = [];
        for (var reader = new ProtobufReader(content); reader.Next(); )
        {
            switch (reader.Field)
            {
                case (1, ProtobufWire.Bytes):
                    parameters.ReadMetadata(reader.Bytes);
                    break;
                case (2, ProtobufWire.Bytes):
                    sealedKey = reader.Bytes.ToArray();
                    break;
            }
        }

        var keyLength = KeyBanner.Of(KeyBanner.CaPrivate, curve).Length;
        return sealedKey.Length == NonceLength + keyLength + TagLength
            ? new EncryptedCaKey(curve, parameters.Check(), parameters.Salt, sealedKey)
            : throw Malformed($"it holds {sealedKey.Length} bytes, not those of a {curve} key");
    }

    private static byte[] DeriveKey(string passphrase, byte[] salt, Argon2Settings settings)
    {
        var available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024;
        if (settings.MemoryKiB > available)
        {
            throw new NebulaException(
                new NebulaFault(
                    "key-cost",
                    $"The passphrase takes {settings.MemoryKiB} KiB of memory; this machine has {available} KiB.",
                    "Use a machine with more memory, or make the key with less in Argon2Settings."
                )
            );
        }

        Argon2BytesGenerator argon2 = new();
        argon2.Init(
            new Argon2Parameters.Builder(Argon2Parameters.Argon2id)
                .WithVersion(Argon2Version)
                .WithMemoryAsKB(settings.MemoryKiB)
                .WithIterations(settings.Iterations)
                .WithParallelism(settings.Parallelism)
                .WithSalt(salt)
                .Build()
        );
        var key = new byte[KeyLength];
        argon2.GenerateBytes(GoText.ToUtf8(passphrase), key);
        return key;
    }

    private void CheckCost(Argon2Limits limits)
    {
        var work = (long)Settings.MemoryKiB * Settings.Iterations;
        if (Settings.MemoryKiB > limits.MaxMemoryKiB || work > limits.MaxWorkKiB)
        {
            throw new NebulaException(
                new NebulaFault(
                    "key-cost",
                    $"Opening the key would take {Settings.MemoryKiB} KiB of memory {Settings.Iterations} times;"
                        + $" the limits are {limits.MaxMemoryKiB} KiB, and {limits.MaxWorkKiB} KiB in all.",
                    "If you made this file yourself, raise the limits; if not, do not open it."
                )
            );
        }
    }

    private static NebulaFormatException Malformed(string what, Exception? cause = null) =>
        new(
            "key-encrypted-malformed",
            $"The bytes are no encrypted key: {what}.",
            "Take the key file as nebula-cert or this library wrote it.",
            cause
        );

    /// <summary>The message about algorithm and cost.</summary>
    private sealed class Parameters
    {
        private string _algorithm = "";
        private ulong _version;
        private uint _memory;
        private uint _iterations;
        private ulong _parallelism;

        public byte[] Salt { get; private set; } = [];

        public void ReadMetadata(ReadOnlySpan<byte> metadata)
        {
            for (var reader = new ProtobufReader(metadata); reader.Next(); )
            {
                switch (reader.Field)
                {
                    case (1, ProtobufWire.Bytes):
                        _algorithm = GoText.FromValidUtf8(reader.Bytes);
                        break;
                    case (2, ProtobufWire.Bytes):
                        ReadArgon2(reader.Bytes);
                        break;
                }
            }
        }

        public Argon2Settings Check()
        {
            var known =
                _algorithm == Algorithm
                && _version == Argon2Version
                && _memory > 0
                && _iterations > 0
                && _parallelism is > 0 and <= byte.MaxValue
                && Salt.Length >= MinSaltLength;
            return known
                ? new Argon2Settings
                {
                    // More than this no limit allows; opening says so.
                    MemoryKiB = (int)Math.Min(_memory, int.MaxValue),
                    Iterations = (int)Math.Min(_iterations, int.MaxValue),
                    Parallelism = (int)_parallelism,
                }
                : throw Malformed("its algorithm or its Argon2 parameters are out of range");
        }

        private void ReadArgon2(ReadOnlySpan<byte> argon2)
        {
            for (var reader = new ProtobufReader(argon2); reader.Next(); )
            {
                switch (reader.Field)
                {
                    case (1, ProtobufWire.Varint):
                        _version = reader.Varint;
                        break;
                    case (2, ProtobufWire.Varint):
                        _memory = (uint)reader.Varint;
                        break;
                    case (3, ProtobufWire.Varint):
                        _iterations = (uint)reader.Varint;
                        break;
                    case (4, ProtobufWire.Varint):
                        _parallelism = reader.Varint;
                        break;
                    case (5, ProtobufWire.Bytes):
                        Salt = reader.Bytes.ToArray();
                        break;
                }
            }
        }
    }
}
