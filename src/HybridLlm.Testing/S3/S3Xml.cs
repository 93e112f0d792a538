using System.Xml;
using System.Xml.Linq;
using HybridLlm.Testing.Ec2.Protocol;

namespace HybridLlm.Testing.S3;

/// <summary>S3's XML.</summary>
internal static class S3Xml
{
    private static readonly XNamespace s_s3 = "http://s3.amazonaws.com/doc/2006-03-01/";

    public static Reply Answer(XElement root) =>
        Reply.Xml(root.InNamespace(s_s3)) with
        {
            ContentType = "application/xml",
        };

    public static XElement Parse(byte[] body)
    {
        try
        {
            using MemoryStream stream = new(body);
            return XElement.Load(stream);
        }
        catch (XmlException)
        {
            throw new ServiceError(
                "MalformedXML",
                "The XML you provided was not well-formed or did not validate against our published schema"
            );
        }
    }

    /// <summary>The text of a child; null without it.</summary>
    public static string? Value(this XElement parent, string child) =>
        parent.Elements().FirstOrDefault(e => e.Name.LocalName == child)?.Value;

    /// <summary>Descendants by local name.</summary>
    public static IEnumerable<XElement> Named(this XElement parent, string name) =>
        parent.Descendants().Where(e => e.Name.LocalName == name);
}
