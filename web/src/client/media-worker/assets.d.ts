/** A file that the build copies and names by its content. */
declare module '*?url' {
  const url: string;
  export default url;
}
