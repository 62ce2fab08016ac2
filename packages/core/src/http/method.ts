/** The methods of RFC 9110 section 9 and RFC 5789. Routes may use any other token too. */
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'CONNECT' | 'TRACE'

/** All methods the framework knows by name; an unknown one that no route names is answered 501. */
export const methods: ReadonlySet<string> = new Set<Method>([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
])

/** Methods that ask and change nothing (RFC 9110 section 9.2.1), if handlers keep to it. */
export const safeMethods: ReadonlySet<string> = new Set<Method>(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
